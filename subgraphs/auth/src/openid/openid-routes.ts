import type { ForwardedIdentity } from "@supergraph/identity";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { oauthErrorOf } from "../oauth/oauth-error.js";
import { answerToOf, answerUrl, faultOf, type AnswerTo } from "./authorization-request.js";
import { SIGN_IN_SECONDS, type ExternalSignIn } from "./external-sign-in.js";

export interface OpenidParts {
  issuer: string;
  callbackUrl: string;
  redirectUris: readonly string[];
  signIn: ExternalSignIn;
  identify: (request: FastifyRequest) => Promise<ForwardedIdentity>;
}

type Query = Record<string, unknown>;

/**
 * Sign-in with an outside OpenID provider, in the browser: a frontend opens /oauth/authorize, the provider sends the
 * person to /oauth/callback, and the frontend gets a code (RFC 6749 section 4.1, with PKCE: RFC 7636).
 */
export function openidRoutes(app: FastifyInstance, use: OpenidParts): void {
  const { issuer, callbackUrl, redirectUris, signIn } = use;
  const callback = new URL(callbackUrl);
  const cookieAttributes = `Path=${callback.pathname}; HttpOnly; SameSite=Lax${callback.protocol === "https:" ? "; Secure" : ""}`;

  const sendBack = (to: AnswerTo, reply: FastifyReply, answer: Record<string, string>) =>
    reply.redirect(answerUrl(to, issuer, answer), 303);
  const refuse = (to: AnswerTo, request: FastifyRequest, reply: FastifyReply, thrown: unknown) => {
    const { error, description, reason, status } = oauthErrorOf(thrown);
    if (status >= 500) request.log.warn({ err: thrown }, "a sign-in with the outside provider failed");
    // What the token endpoint calls the grant's fault is here a person who is not let in.
    const code = error === "invalid_grant" ? "access_denied" : error;
    return sendBack(to, reply, { error: code, error_description: description, reason });
  };

  void app.register(
    (routes, _, done) => {
      // A browser that can't be sent anywhere gets a sentence, and no markup to write into.
      routes.setErrorHandler((error, request, reply) => {
        const { status, description } = oauthErrorOf(error);
        if (status >= 500) request.log.error({ err: error }, "request failed");
        return reply.code(status).type("text/plain; charset=utf-8").send(`${description}\n`);
      });
      routes.addHook("onRequest", (_request, reply, next) => {
        void reply.headers({ "cache-control": "no-store", pragma: "no-cache" });
        next();
      });

      routes.get<{ Querystring: Query }>("/authorize", async (request, reply) => {
        const to = answerToOf(request.query, redirectUris);
        const fault = faultOf(request.query);
        if (fault) return sendBack(to, reply, { error: fault.error, error_description: fault.description });
        try {
          const asked = { ...to, codeChallenge: String(request.query.code_challenge) };
          const { location, state, browserKey } = await signIn.begin(asked, await use.identify(request));
          const cookie = `${cookieOf(state)}=${browserKey}; Max-Age=${SIGN_IN_SECONDS}; ${cookieAttributes}`;
          return await reply.header("set-cookie", cookie).redirect(location, 303);
        } catch (error) {
          return refuse(to, request, reply, error);
        }
      });

      routes.get<{ Querystring: Query }>("/callback", async (request, reply) => {
        const state = typeof request.query.state === "string" ? request.query.state : "";
        const cookie = cookieOf(state);
        const identity = await use.identify(request);
        const pending = await signIn.take(state, valueOf(cookie, request.headers.cookie), identity);
        void reply.header("set-cookie", `${cookie}=; Max-Age=0; ${cookieAttributes}`);
        try {
          const query = request.url.slice(request.url.indexOf("?") + 1);
          return await sendBack(pending.request, reply, { code: await signIn.complete(pending, query, identity) });
        } catch (error) {
          return refuse(pending.request, request, reply, error);
        }
      });
      done();
    },
    { prefix: "/oauth" },
  );
}

/** A cookie for each sign-in: two tabs don't take each other's. */
const cookieOf = (state: string): string => `sign-in.${state.slice(0, 8).replaceAll(/[^\w-]/g, "")}`;

function valueOf(name: string, cookies: string | undefined): string | undefined {
  const found = cookies?.split(/; */).find((cookie) => cookie.startsWith(`${name}=`));
  return found?.slice(name.length + 1);
}
