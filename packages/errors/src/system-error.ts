import { GraphQLError } from "graphql";
import { catalogue, type ErrorCode, type Reason } from "./catalogue.js";

export interface FieldProblem {
  /** Where in the input, e.g. `input.email`. */
  path: string;
  message: string;
}

export interface ErrorDetails {
  /** Says more than the catalogue's sentence; safe to show to anybody who may see the error. */
  message?: string;
  fields?: FieldProblem[];
  currentVersion?: number;
  retryAfterSeconds?: number;
  /** What went wrong underneath; logged, never sent. */
  cause?: unknown;
}

/** An error of the catalogue: the only kind whose message and extensions leave the system unmasked. */
export class SystemError extends GraphQLError {
  readonly reason: Reason;
  readonly code: ErrorCode;

  constructor(reason: Reason, details: ErrorDetails = {}) {
    const { code, message } = catalogue[reason];
    const { message: specific, cause, ...extensions } = details;
    super(specific ?? message, {
      extensions: { code, reason, ...extensions },
      ...(cause instanceof Error && { originalError: cause }),
    });
    this.name = "SystemError";
    this.reason = reason;
    this.code = code;
  }
}

/** The `SystemError` that was thrown, also when graphql-js has wrapped it to add the path. */
export function systemErrorOf(error: unknown): SystemError | undefined {
  if (error instanceof SystemError) return error;
  if (error instanceof GraphQLError && error.originalError) return systemErrorOf(error.originalError);
  return undefined;
}

/** BAD_USER_INPUT that names each field that is wrong. */
export function invalidInput(...fields: [FieldProblem, ...FieldProblem[]]): SystemError {
  return new SystemError("INVALID_INPUT", {
    message: fields.map(({ path, message }) => `${path}: ${message}`).join("; "),
    fields,
  });
}
