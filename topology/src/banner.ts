import type { Account } from "./development-accounts.js";

/** What a person at the terminal needs to begin. */
export function banner(origin: string, people: readonly Account[]): string {
  const lines = [
    `  Endpoint   ${origin}/graphql`,
    `  Start at   ${origin}  (Apollo Sandbox, offline GraphiQL, operations to try)`,
    ...(people.length > 0 ? ["", "  Sign in with `login`, in development only:"] : []),
    ...people.map(({ email, password }) => `  ${email.padEnd(22)} ${password}`),
    "",
    "  Ctrl-C stops it; the data stays.",
  ];
  return `\n${lines.join("\n")}\n\n`;
}
