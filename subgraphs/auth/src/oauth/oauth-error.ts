import { systemErrorOf, type Reason } from "@supergraph/errors";
import type { FastifyReply, FastifyRequest } from "fastify";

/** RFC 6749 sections 4.1.2.1 and 5.2. */
export type OAuthErrorCode =
  | "access_denied"
  | "invalid_client"
  | "invalid_grant"
  | "invalid_request"
  | "invalid_scope"
  | "server_error"
  | "temporarily_unavailable"
  | "unauthorized_client"
  | "unsupported_grant_type"
  | "unsupported_response_type";

interface OAuthError {
  error: OAuthErrorCode;
  status: number;
  /** When it is not the catalogue's sentence. */
  description?: string;
}

/** How OAuth says what the catalogue says; this is the place to add one. */
const ERRORS: Partial<Record<Reason, OAuthError>> = {
  CLIENT_INVALID: { error: "invalid_client", status: 401 },
  REFRESH_TOKEN_INVALID: { error: "invalid_grant", status: 400 },
  REFRESH_TOKEN_REUSED: { error: "invalid_grant", status: 400 },
  ACCOUNT_NOT_ACTIVE: { error: "invalid_grant", status: 400 },
  TOKEN_OF_ANOTHER_CLIENT: { error: "invalid_grant", status: 400 },
  AUTHORIZATION_CODE_INVALID: { error: "invalid_grant", status: 400 },
  AUTHORIZATION_CODE_REUSED: { error: "invalid_grant", status: 400 },
  // What a client matches to ask for the code of the second factor, and to send the same request again with it.
  MFA_REQUIRED: { error: "invalid_grant", status: 400, description: "mfa_required" },
  OTP_INVALID: { error: "invalid_grant", status: 400 },
  EXTERNAL_SIGN_IN_FAILED: { error: "access_denied", status: 400 },
  EXTERNAL_EMAIL_UNVERIFIED: { error: "access_denied", status: 400 },
  EMAIL_TAKEN: { error: "access_denied", status: 400 },
  CLIENT_MAY_NOT: { error: "unauthorized_client", status: 400 },
  PERMISSION_MISSING: { error: "unauthorized_client", status: 403 },
  OAUTH_REQUEST_INVALID: { error: "invalid_request", status: 400 },
  GRANT_TYPE_UNKNOWN: { error: "unsupported_grant_type", status: 400 },
  SCOPE_NOT_HELD: { error: "invalid_scope", status: 400 },
  TOO_MANY_REQUESTS: { error: "temporarily_unavailable", status: 429 },
  SERVICE_OUT_OF_REACH: { error: "temporarily_unavailable", status: 503 },
  TOOK_TOO_LONG: { error: "temporarily_unavailable", status: 503 },
};
const MALFORMED: OAuthError = { error: "invalid_request", status: 400 };
const UNEXPECTED: OAuthError = { error: "server_error", status: 500 };

/** What a client is told of an error: the standard's code, and the catalogue's reason and sentence. */
export function oauthErrorOf(error: unknown): OAuthError & { description: string; reason: Reason } {
  const known = systemErrorOf(error);
  if (known) {
    const answer = ERRORS[known.reason] ?? (known.code === "BAD_USER_INPUT" ? MALFORMED : UNEXPECTED);
    return { description: printable(known.message), ...answer, reason: known.reason };
  }
  if (isRefusedByFastify(error))
    return { ...MALFORMED, description: printable(error.message), reason: "OAUTH_REQUEST_INVALID" };
  return { ...UNEXPECTED, description: "Something went wrong on our side.", reason: "UNEXPECTED" };
}

/** Answers a request that failed (RFC 6749 section 5.2). */
export function sendOAuthError(thrown: unknown, request: FastifyRequest, reply: FastifyReply) {
  const { error, status, description, reason } = oauthErrorOf(thrown);
  if (status >= 500) request.log.error({ err: thrown }, "request failed");
  if (status === 401) void reply.header("www-authenticate", 'Basic realm="oauth", charset="UTF-8"');
  const retryAfter = systemErrorOf(thrown)?.extensions.retryAfterSeconds;
  if (typeof retryAfter === "number") void reply.header("retry-after", String(retryAfter));
  return reply.code(status).send({ error, error_description: description, reason });
}

/** The characters that the standard lets a description have. */
function printable(text: string): string {
  return text.replaceAll(/["\\]/g, "'").replaceAll(/[^\x20-\x7e]/g, "?");
}

function isRefusedByFastify(error: unknown): error is Error & { statusCode: number } {
  return (
    error instanceof Error && "statusCode" in error && typeof error.statusCode === "number" && error.statusCode < 500
  );
}
