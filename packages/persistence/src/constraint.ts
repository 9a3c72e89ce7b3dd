import { SystemError } from "@supergraph/errors";

/** PostgreSQL's SQLSTATE codes (appendix A of its manual) for the violations that a caller can cause. */
const VIOLATIONS = {
  "23505": "unique",
  "23503": "foreign-key",
  "23502": "not-null",
  "23514": "check",
} as const;

export interface ConstraintViolation {
  kind: (typeof VIOLATIONS)[keyof typeof VIOLATIONS];
  constraint: string | undefined;
  column: string | undefined;
  detail: string | undefined;
}

/** The constraint that a statement ran into, or undefined when the error is another. */
export function constraintViolation(error: unknown): ConstraintViolation | undefined {
  if (!(error instanceof Error) || !("code" in error)) return undefined;
  const { code, constraint, column, detail } = error as Error & Record<string, string | undefined>;
  const kind = VIOLATIONS[code as keyof typeof VIOLATIONS] as ConstraintViolation["kind"] | undefined;
  return kind && { kind, constraint, column, detail };
}

/** SQLSTATEs of text that holds U+0000, in a text and in a jsonb column. */
const UNSTORABLE_TEXT = new Set(["22021", "22P05"]);

export function isUnstorableText(error: unknown): boolean {
  return error instanceof Error && "code" in error && UNSTORABLE_TEXT.has(String(error.code));
}

/** PostgreSQL stores every character but one; whoever sent it is told, wherever in the input it stood. */
export function unstorableText(cause: unknown): SystemError {
  return new SystemError("INVALID_INPUT", { message: "Text must not contain the character U+0000.", cause });
}
