import { SystemError } from "@supergraph/errors";
import { Lexer, Source, TokenKind } from "graphql";

/** graphql-js parses, validates and executes by recursion: without a limit a deep operation ends the process's stack. */
const MAXIMUM_DEPTH = 100;
const MAXIMUM_TOKENS = 15_000;
/**
 * Of an operation with its fragments spread out: a few that spread each other twice make two to their number of it, and
 * planning costs what the whole is.
 */
export const MAXIMUM_SELECTIONS = 10_000;
const OPENING = new Set<string>([TokenKind.BRACE_L, TokenKind.BRACKET_L, TokenKind.PAREN_L]);
const CLOSING = new Set<string>([TokenKind.BRACE_R, TokenKind.BRACKET_R, TokenKind.PAREN_R]);

/**
 * Refuses an operation that is too long or nested too deeply, by its tokens, before anything recursive touches it.
 * Text that is no GraphQL passes: the parser says what is wrong with it.
 * @throws SystemError QUERY_TOO_DEEP, QUERY_TOO_LONG
 */
export function limitOperation(text: string): void {
  const lexer = new Lexer(new Source(text));
  let depth = 0;
  for (let tokens = 0; ; tokens++) {
    const kind = nextTokenKind(lexer);
    if (kind === undefined || kind === TokenKind.EOF) return;
    if (tokens >= MAXIMUM_TOKENS) {
      throw new SystemError("QUERY_TOO_LONG", { message: `The operation has over ${MAXIMUM_TOKENS} tokens.` });
    }
    if (OPENING.has(kind)) depth++;
    else if (CLOSING.has(kind)) depth--;
    if (depth > MAXIMUM_DEPTH) {
      const { line, column } = lexer.token;
      throw new SystemError("QUERY_TOO_DEEP", {
        message: `The operation is nested over ${MAXIMUM_DEPTH} levels deep, at line ${line}, column ${column}.`,
      });
    }
  }
}

function nextTokenKind(lexer: Lexer): string | undefined {
  try {
    return lexer.advance().kind;
  } catch {
    return undefined;
  }
}

/**
 * Refuses variables that are nested too deeply.
 * @throws SystemError QUERY_TOO_DEEP
 */
export function limitVariables(variables: unknown): void {
  let level: unknown[] = [variables];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > MAXIMUM_DEPTH) {
      throw new SystemError("QUERY_TOO_DEEP", {
        message: `The variables are nested over ${MAXIMUM_DEPTH} levels deep.`,
      });
    }
    level = level.flatMap((value) =>
      typeof value === "object" && value !== null ? (Object.values(value) as unknown[]) : [],
    );
  }
}
