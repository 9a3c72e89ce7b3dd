/**
 * Every reason that an error of this system can give, with the code that it leaves under.
 * This is the place to add one; docs/reference/errors.md lists them and a test holds the two together.
 */
export const catalogue = {
  SIGN_IN_REQUIRED: { code: "UNAUTHENTICATED", message: "Sign in to do this." },
  INVALID_CREDENTIALS: { code: "UNAUTHENTICATED", message: "E-mail or password is wrong." },
  MFA_REQUIRED: { code: "UNAUTHENTICATED", message: "The password is right; a code of the second factor is missing." },
  OTP_INVALID: { code: "UNAUTHENTICATED", message: "The code is wrong, has expired, or was used before." },
  TOKEN_INVALID: { code: "UNAUTHENTICATED", message: "The access token is not valid." },
  TOKEN_EXPIRED: { code: "UNAUTHENTICATED", message: "The access token has expired." },
  SESSION_ENDED: { code: "UNAUTHENTICATED", message: "The session has ended. Sign in again." },
  API_KEY_INVALID: { code: "UNAUTHENTICATED", message: "The API key is not valid: unknown, revoked or expired." },
  REFRESH_TOKEN_INVALID: { code: "UNAUTHENTICATED", message: "The refresh token is not valid." },
  REFRESH_TOKEN_REUSED: {
    code: "UNAUTHENTICATED",
    message: "The refresh token was used before. The session has been ended.",
  },
  AUTHORIZATION_CODE_INVALID: { code: "UNAUTHENTICATED", message: "The authorization code is not valid." },
  AUTHORIZATION_CODE_REUSED: {
    code: "UNAUTHENTICATED",
    message: "The authorization code was used before. The session has been ended.",
  },
  EXTERNAL_SIGN_IN_FAILED: { code: "UNAUTHENTICATED", message: "The provider did not sign the person in." },
  CLIENT_INVALID: { code: "UNAUTHENTICATED", message: "The client is not known, or its secret is wrong." },
  CLAIMS_INVALID: { code: "UNAUTHENTICATED", message: "The forwarded identity is not valid." },

  PERMISSION_MISSING: { code: "FORBIDDEN", message: "You are not permitted to do this." },
  IN_PERSON_ONLY: {
    code: "FORBIDDEN",
    message: "Only the person themselves may do this, signed in: no API key, and nobody who impersonates them.",
  },
  CLIENT_MAY_NOT: { code: "FORBIDDEN", message: "This client may not use this grant." },
  TOKEN_OF_ANOTHER_CLIENT: { code: "FORBIDDEN", message: "The token was issued to another client." },
  EXTERNAL_EMAIL_UNVERIFIED: {
    code: "FORBIDDEN",
    message: "The provider has not verified that the e-mail address is the person's.",
  },
  SIGN_IN_AGAIN: {
    code: "FORBIDDEN",
    message: "This takes a sign-in of the last 15 minutes. Sign in again.",
  },
  ACCOUNT_NOT_ACTIVE: { code: "FORBIDDEN", message: "The account is not active." },

  INVALID_INPUT: { code: "BAD_USER_INPUT", message: "The input is not valid." },
  INVALID_PAGE: { code: "BAD_USER_INPUT", message: "The page that was asked for is not valid." },
  INVALID_CURSOR: {
    code: "BAD_USER_INPUT",
    message: "The cursor was altered, or made for another list or order.",
  },
  BODY_TOO_LARGE: { code: "BAD_USER_INPUT", message: "The request's body is too large." },
  BODY_NOT_JSON: { code: "BAD_USER_INPUT", message: "The request's body is not valid JSON." },
  REQUEST_MALFORMED: { code: "BAD_USER_INPUT", message: "The request is not one that GraphQL over HTTP knows." },
  QUERY_TOO_DEEP: { code: "BAD_USER_INPUT", message: "The operation is nested too deeply." },
  QUERY_TOO_LONG: { code: "BAD_USER_INPUT", message: "The operation has too many tokens." },
  OAUTH_REQUEST_INVALID: { code: "BAD_USER_INPUT", message: "The request is not one that OAuth 2.0 knows." },
  EXTERNAL_SIGN_IN_INVALID: {
    code: "BAD_USER_INPUT",
    message: "This sign-in was not begun in this browser, or took too long. Begin anew.",
  },
  GRANT_TYPE_UNKNOWN: { code: "BAD_USER_INPUT", message: "There is no such grant type here." },
  SCOPE_NOT_HELD: { code: "BAD_USER_INPUT", message: "The client does not hold all of the scope." },
  LINK_INVALID: {
    code: "BAD_USER_INPUT",
    message: "The link is not valid: it was used, it is over 30 minutes old, or a newer one was sent.",
  },
  DEFINITION_INVALID: { code: "BAD_USER_INPUT", message: "The entity type can't be defined like this." },

  USER_NOT_FOUND: { code: "NOT_FOUND", message: "There is no such user." },
  ROLE_NOT_FOUND: { code: "NOT_FOUND", message: "There is no such role." },
  SERVICE_ACCOUNT_NOT_FOUND: { code: "NOT_FOUND", message: "There is no such service account." },
  SESSION_NOT_FOUND: { code: "NOT_FOUND", message: "There is no such session." },
  SIGNING_KEY_NOT_FOUND: { code: "NOT_FOUND", message: "There is no such signing key." },
  API_KEY_NOT_FOUND: { code: "NOT_FOUND", message: "There is no such API key." },
  ENTITY_TYPE_NOT_FOUND: { code: "NOT_FOUND", message: "There is no such entity type." },
  LEGAL_HOLD_NOT_FOUND: { code: "NOT_FOUND", message: "There is no such legal hold, or it was lifted." },
  ENTITY_NOT_FOUND: { code: "NOT_FOUND", message: "There is no such entity." },
  TOTP_ENROLLMENT_NOT_FOUND: {
    code: "NOT_FOUND",
    message: "No authenticator app is being set up, or the 15 minutes for it are over. Start again.",
  },
  ROUTE_NOT_FOUND: { code: "NOT_FOUND", message: "There is nothing at this address." },

  EMAIL_TAKEN: { code: "CONFLICT", message: "The e-mail address belongs to an account already." },
  NAME_TAKEN: { code: "CONFLICT", message: "The name is taken." },
  TOTP_ENROLLED: {
    code: "CONFLICT",
    message: "There is a second factor already. Disable it before you set up another.",
  },
  TOTP_NOT_ENROLLED: { code: "CONFLICT", message: "There is no second factor." },
  SERVICE_ACCOUNT_DISABLED: { code: "CONFLICT", message: "The service account has been disabled." },
  STALE_VERSION: { code: "CONFLICT", message: "Somebody changed it in the meantime." },
  UNIQUE_VIOLATION: { code: "CONFLICT", message: "Another one has the same value." },
  REFERENCE_VIOLATION: { code: "CONFLICT", message: "Something that exists refers to it." },
  KEY_ROTATION_UNDER_WAY: {
    code: "CONFLICT",
    message: "A new signing key has been published already. It signs within some 10 seconds.",
  },
  TOO_MANY_API_KEYS: { code: "CONFLICT", message: "There are as many API keys as a person may have." },
  BUILT_IN_ROLE: { code: "CONFLICT", message: "A built-in role can't be changed like this." },
  USER_DELETED: { code: "CONFLICT", message: "The person has been deleted." },
  USER_ERASED: { code: "CONFLICT", message: "The person's data has been erased, which can't be undone." },
  LEGAL_HOLD: { code: "CONFLICT", message: "A legal hold keeps what there is of the person." },
  LAST_ADMINISTRATOR: { code: "CONFLICT", message: "The last administrator can't be removed." },

  TOO_MANY_REQUESTS: { code: "RATE_LIMITED", message: "Too many requests. Try again later." },
  TOOK_TOO_LONG: { code: "TIMEOUT", message: "The request took too long." },
  SERVICE_OUT_OF_REACH: {
    code: "SERVICE_UNAVAILABLE",
    message: "A part of the system that this needs is out of reach. Try again.",
  },
  MAIL_NOT_SET_UP: { code: "SERVICE_UNAVAILABLE", message: "This needs mail, which is not set up here." },
  NOT_READY: { code: "SERVICE_UNAVAILABLE", message: "The system is starting. Try again." },
  TOO_BUSY: { code: "SERVICE_UNAVAILABLE", message: "Too many people are signing in at this moment. Try again." },
  AUDIT_LOG_NOT_PROVEN: { code: "INTERNAL_SERVER_ERROR", message: "The audit log is not what was signed." },
  UNEXPECTED: { code: "INTERNAL_SERVER_ERROR", message: "Something went wrong on our side." },
} as const satisfies Record<string, { code: string; message: string }>;

export type Reason = keyof typeof catalogue;
export type ErrorCode = (typeof catalogue)[Reason]["code"];

/** HTTP status that a response carries when the whole request failed for this code. */
export const httpStatus: Record<ErrorCode, number> = {
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  BAD_USER_INPUT: 400,
  NOT_FOUND: 404,
  CONFLICT: 409,
  RATE_LIMITED: 429,
  TIMEOUT: 504,
  SERVICE_UNAVAILABLE: 503,
  INTERNAL_SERVER_ERROR: 500,
};
