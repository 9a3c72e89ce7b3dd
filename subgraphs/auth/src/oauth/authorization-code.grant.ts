import { createHash } from "node:crypto";
import { SystemError } from "@supergraph/errors";
import { PUBLIC_CLIENT, type ForwardedIdentity } from "@supergraph/identity";
import type { AuthorizationCodeRepository, AuthorizationCodeRow } from "../openid/authorization-code.repository.js";
import { hashOfToken } from "../session/refresh-token.js";
import type { SignInDependencies } from "../session/sign-in.service.js";
import type { AuthPayload } from "../session/session.type.js";
import type { Grant } from "./grant.js";
import { tokenAnswerOf } from "./refresh-token.grant.js";

/** What we vouch for ourselves: that a provider signed them in. How it did that is the provider's to know. */
const FEDERATED = "fed";

interface CodeDependencies extends SignInDependencies {
  codes: AuthorizationCodeRepository;
}

/** Tokens for the code that ends a sign-in with the outside provider (RFC 6749 section 4.1.3, RFC 7636). */
export function authorizationCodeGrant(use: CodeDependencies): Grant {
  return async ({ form, credentials, identity }) => {
    const given = {
      codeHash: hashOfToken(form.require("code")),
      redirectUri: form.require("redirect_uri"),
      challenge: createHash("sha256").update(form.require("code_verifier")).digest("base64url"),
      otp: form.get("otp"),
    };
    if (credentials) throw new SystemError("CLIENT_MAY_NOT");
    if (form.require("client_id") !== PUBLIC_CLIENT) throw new SystemError("CLIENT_INVALID");
    const exchange = new CodeExchange(use, identity);
    const attempt = { action: "auth.exchange-code", identity, path: "oauth/token" };
    return tokenAnswerOf(await use.audit.attempt(attempt, () => exchange.tokensFor(given)));
  };
}

interface GivenCode {
  codeHash: Buffer;
  redirectUri: string;
  /** Of the verifier that came with it. */
  challenge: string;
  otp: string | undefined;
}

class CodeExchange {
  constructor(
    private readonly use: CodeDependencies,
    private readonly identity: ForwardedIdentity,
  ) {}

  /** What refuses a person leaves the code as it is: it is used up by the tokens that it brings. */
  async tokensFor(given: GivenCode): Promise<AuthPayload> {
    const { database, codes, issuer, guard, secondFactors, audit } = this.use;
    const { request } = this.identity;
    const code = await database.independently(() => codes.find(given.codeHash));
    if (code && code.used_at !== null) throw await this.reused(code);
    if (!code?.is_live || code.redirect_uri !== given.redirectUri || code.code_challenge !== given.challenge)
      throw new SystemError("AUTHORIZATION_CODE_INVALID");
    const { user_id: id } = code;
    const email = await this.emailOfActive(id);
    // Who has a second factor shows it here as well: the provider's word is as good as a password, no better.
    const amr = await secondFactors.amrOf(id, given.otp, FEDERATED);
    if (!(await codes.use(given.codeHash))) throw await this.reused(code);
    const payload = await issuer.open(id, request, { amr });
    const sessionId = payload.session.id;
    await codes.setSession(given.codeHash, sessionId);
    await guard.signedIn(id, request.ip);
    audit.describe({ actor: { type: "user", id, label: email, sessionId }, metadata: { amr } });
    return payload;
  }

  private async emailOfActive(id: string): Promise<string> {
    const { database, accounts, audit } = this.use;
    const account = await database.independently(() => accounts.findById(id));
    if (!account) throw new SystemError("AUTHORIZATION_CODE_INVALID");
    const { email: label, status } = account;
    audit.describe({ actor: { type: "anonymous", id, label }, target: { type: "User", id, label } });
    if (status !== "ACTIVE") throw new SystemError("ACCOUNT_NOT_ACTIVE");
    return label;
  }

  /** A code that comes again was stolen, before or after: what it brought ends (RFC 6749 section 4.1.2). */
  private async reused({ code_hash, user_id: id }: AuthorizationCodeRow): Promise<SystemError> {
    const { database, codes, sessions, sessionChanges, audit } = this.use;
    audit.describe({
      actor: { type: "anonymous", id },
      target: { type: "User", id },
      metadata: { suspicious: true },
    });
    await database.independently(async () => {
      const sessionId = (await codes.find(code_hash))?.session_id;
      if (!sessionId) return;
      for (const ended of await sessions.end({ id: sessionId })) await sessionChanges.append("session", ended.id);
    });
    return new SystemError("AUTHORIZATION_CODE_REUSED");
  }
}
