import { SystemError } from "@supergraph/errors";
import { Caller } from "@supergraph/subgraph";
import { SignInService, type SignInDependencies } from "../session/sign-in.service.js";
import type { AuthPayload } from "../session/session.type.js";
import type { Grant, TokenAnswer } from "./grant.js";

/** What the mutation `refreshSession` does, for clients that speak OAuth (RFC 6749 section 6): public ones. */
export function refreshTokenGrant(use: SignInDependencies): Grant {
  return async ({ form, credentials, identity }) => {
    const token = form.require("refresh_token");
    // Refresh tokens are given to public clients alone; one with a secret has none to show.
    if (credentials) throw new SystemError("CLIENT_MAY_NOT");
    const signIn = new SignInService(new Caller(identity), use);
    const payload = await use.audit.attempt({ action: "auth.refresh", identity, path: "oauth/token" }, () =>
      signIn.refresh(token),
    );
    return tokenAnswerOf(payload);
  };
}

export function tokenAnswerOf({ tokens }: AuthPayload): TokenAnswer {
  return {
    access_token: tokens.accessToken,
    token_type: "Bearer",
    expires_in: tokens.expiresIn,
    refresh_token: tokens.refreshToken,
  };
}
