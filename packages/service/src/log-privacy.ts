import { stdSerializers } from "pino";

/** Of what libraries hang on their errors, what says where and why, and quotes nobody. */
const TELLING = [
  "code",
  "reason",
  "constraint",
  "table",
  "column",
  "schema",
  "severity",
  "routine",
  "errno",
  "syscall",
];
/** SQLSTATE class 22: the value itself is at fault, and PostgreSQL's message quotes it. */
const DATA_EXCEPTION = /^22/;

/**
 * An error as the log shows it: type, message, stack and what says where it happened. PostgreSQL's `detail` quotes the
 * row that broke a constraint, and a mail server's answer the mail: these stay out.
 */
export function errorForLog(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { type, message, stack } = stdSerializers.err(error);
  const told = Object.entries(error).filter(([key, value]) => TELLING.includes(key) && typeof value !== "object");
  const quoted = "code" in error && DATA_EXCEPTION.test(String(error.code)) ? /"[^"]*"/g : undefined;
  const without = (text: string) => (quoted ? text.replace(quoted, '"..."') : text);
  return { type, message: without(message), stack: without(stack), ...Object.fromEntries(told) };
}

const ADDRESS = /[^\s"'<>()[\]{}/\\:;,=|]{1,64}@[\p{L}\p{N}-]{1,63}(?:\.[\p{L}\p{N}-]{1,63})*\.\p{L}{2,63}/gu;
const TOKEN = /\beyJ[\w-]+\.[\w-]+\.[\w-]*/g;

/** The last line of defence: what a message of somebody else's code quotes. */
export function withoutAddressesAndTokens(line: string): string {
  const withoutTokens = line.includes("eyJ") ? line.replace(TOKEN, "[token]") : line;
  return withoutTokens.includes("@") ? withoutTokens.replace(ADDRESS, "[e-mail]") : withoutTokens;
}
