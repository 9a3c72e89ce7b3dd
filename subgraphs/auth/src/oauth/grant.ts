import type { OAuthRequest } from "./oauth-request.js";

/** A successful answer of the token endpoint (RFC 6749 section 5.1). */
export interface TokenAnswer {
  access_token: string;
  token_type: "Bearer";
  /** Seconds. */
  expires_in: number;
  refresh_token?: string;
  /** Space-separated permissions. */
  scope?: string;
}

/** What one `grant_type` brings. */
export type Grant = (request: OAuthRequest) => Promise<TokenAnswer>;
