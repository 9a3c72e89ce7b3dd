import { SystemError } from "@supergraph/errors";
import { PUBLIC_CLIENT } from "@supergraph/identity";
import type { OAuthErrorCode } from "../oauth/oauth-error.js";

/** S256: SHA-256 in base64url (RFC 7636 section 4.2). */
const CODE_CHALLENGE = /^[A-Za-z0-9_-]{43}$/;
const MAXIMUM_STATE = 1_024;

/** The frontend that is to get the answer, where it said, with the state that it gave. */
export interface AnswerTo {
  redirectUri: string;
  state?: string;
}

/** What a frontend asks for: a code that only it can trade for tokens. */
export interface AuthorizationRequest extends AnswerTo {
  codeChallenge: string;
}

type Query = Readonly<Record<string, unknown>>;

/**
 * Whom to answer. Before this is known to be a frontend of ours nobody is redirected anywhere (RFC 9700 section 4.11).
 * @throws SystemError OAUTH_REQUEST_INVALID
 */
export function answerToOf(query: Query, redirectUris: readonly string[]): AnswerTo {
  const { client_id: clientId, redirect_uri: redirectUri, state } = query;
  if (clientId !== PUBLIC_CLIENT)
    throw new SystemError("OAUTH_REQUEST_INVALID", { message: "The client_id is not known." });
  if (typeof redirectUri !== "string" || !redirectUris.includes(redirectUri))
    throw new SystemError("OAUTH_REQUEST_INVALID", { message: "The redirect_uri is not one of this client's." });
  const isState = typeof state === "string" && state.length > 0 && state.length <= MAXIMUM_STATE;
  return { redirectUri, ...(isState && { state }) };
}

/** What is wrong with the rest of the request, or undefined (RFC 6749 section 4.1.2.1). */
export function faultOf(query: Query): { error: OAuthErrorCode; description: string } | undefined {
  if (query.response_type !== "code")
    return { error: "unsupported_response_type", description: "The response_type must be code." };
  const { code_challenge: challenge, code_challenge_method: method, state } = query;
  if (typeof challenge !== "string" || !CODE_CHALLENGE.test(challenge) || method !== "S256")
    return { error: "invalid_request", description: "A code_challenge of the method S256 is required." };
  if (state !== undefined && (typeof state !== "string" || state.length > MAXIMUM_STATE))
    return {
      error: "invalid_request",
      description: `The state must be given once, in at most ${MAXIMUM_STATE} characters.`,
    };
  return undefined;
}

/** Where the browser goes with an answer; `iss` says whose it is (RFC 9207). */
export function answerUrl({ redirectUri, state }: AnswerTo, issuer: string, answer: Record<string, string>): string {
  const url = new URL(redirectUri);
  const parameters = { ...answer, ...(state !== undefined && { state }), iss: issuer };
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return url.href;
}
