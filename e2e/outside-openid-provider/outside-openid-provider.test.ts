import {
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  calculatePKCECodeChallenge,
  discovery,
  None,
  randomPKCECodeVerifier,
  randomState,
  type Configuration,
} from "openid-client";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { Client, register, signIn, type Person } from "../harness/client.js";
import { startSupergraph, type Supergraph } from "../harness/supergraph.js";
import { Browser } from "./browser.js";
import { CLIENT, outsideProvider, people } from "./provider.js";

const FRONTEND = "https://app.example.com/signed-in";
const ME = "{ me { id email firstName lastName roles { name } } }";

/** Another's browser, or a page of another's, must get nowhere: each of these would be a sign-in as somebody else. */
describe("sign-in with an outside OpenID provider", () => {
  let provider: Awaited<ReturnType<typeof outsideProvider>>;
  let supergraph: Supergraph;
  let web: Configuration;
  let admin: Person;
  let url: string;

  beforeAll(async () => {
    provider = await outsideProvider();
    supergraph = await startSupergraph(inject("supergraph").topology, {
      environment: {
        OIDC_ISSUER: provider.issuer,
        OIDC_CLIENT_ID: CLIENT.id,
        OIDC_CLIENT_SECRET: CLIENT.secret,
        OIDC_REDIRECT_URIS: `https://other.example.com/, ${FRONTEND}`,
      },
    });
    url = `${supergraph.origin}/graphql`;
    admin = await signIn(supergraph.administrator.email, supergraph.administrator.password, url);
    web = await discovery(new URL(ownIssuer()), "web", undefined, None(), {
      algorithm: "oauth2",
      execute: [allowInsecureRequests],
    });
  });
  afterAll(async () => {
    await supergraph.stop();
    await supergraph.remove();
    await provider.stop();
  });

  const ownIssuer = () => `http://localhost:${supergraph.ports.gateway}`;
  const callbackUrl = () => `${ownIssuer()}/oauth/callback`;

  /** What a frontend prepares: openid-client, which is strict, speaks for it. */
  const frontend = async () => {
    const pkceCodeVerifier = randomPKCECodeVerifier();
    const expectedState = randomState();
    const address = buildAuthorizationUrl(web, {
      redirect_uri: FRONTEND,
      state: expectedState,
      code_challenge: await calculatePKCECodeChallenge(pkceCodeVerifier),
      code_challenge_method: "S256",
    });
    const trade = (answer: URL, more?: Record<string, string>) =>
      authorizationCodeGrant(web, answer, { pkceCodeVerifier, expectedState }, more);
    return { address, trade };
  };
  /** Ends at the frontend, with what it is told. */
  const answerFor = async (login: string, browser = new Browser(FRONTEND)) => {
    const { address, trade } = await frontend();
    const { url: answer } = await browser.passProvider(await browser.open(address), login);
    return { answer, trade };
  };
  const signedIn = async (login: string) => {
    const { answer, trade } = await answerFor(login);
    const tokens = await trade(answer);
    return { tokens, client: new Client(url, tokens.access_token) };
  };
  const events = async (action: string) => {
    const { auditEvents } = await admin.data<{ auditEvents: { nodes: Record<string, unknown>[] } }>(
      `query ($actions: [String!]) { auditEvents(filter: { actions: $actions }, first: 50) {
        nodes { action outcome reason actor { type id label } target { type id } } } }`,
      { actions: [action] },
    );
    return auditEvents.nodes;
  };

  it("waits for a provider that is down, and for nothing else: the frontend is told to try again", async () => {
    const { address, trade } = await frontend();
    const { url: answer } = await new Browser(FRONTEND).open(address);
    expect(Object.fromEntries(answer.searchParams)).toMatchObject({
      error: "temporarily_unavailable",
      iss: ownIssuer(),
    });
    await expect(trade(answer)).rejects.toMatchObject({ error: "temporarily_unavailable" });
    provider.answer(callbackUrl());
  });

  it("makes an account for who comes first, and finds it when they come again", async () => {
    const email = "grace@example.com";
    people.set("grace", { email, email_verified: true, given_name: "Grace", family_name: "Hopper" });
    const { tokens, client } = await signedIn("grace");
    expect(tokens).toMatchObject({ token_type: "bearer", expires_in: 900 });
    const { me } = await client.data<{ me: { id: string } }>(ME);
    expect(me).toMatchObject({ email, firstName: "Grace", lastName: "Hopper", roles: [{ name: "user" }] });
    expect(await client.data("{ me { emailVerified } }")).toEqual({ me: { emailVerified: true } });

    people.set("grace", { email: "moved@example.com", email_verified: true });
    const again = await signedIn("grace");
    expect((await again.client.data<{ me: { id: string } }>(ME)).me).toEqual(me);
    for (const action of ["auth.external-login", "auth.exchange-code"]) {
      const done = { outcome: "SUCCESS", actor: { type: "USER", id: me.id, label: email }, target: { id: me.id } };
      expect(await events(action), action).toMatchObject([done, done]);
    }
  });

  it("answers no browser but the one that began, and that one only once", async () => {
    people.set("eve", { email: "eve@example.com", email_verified: true, given_name: "Eve", family_name: "Adams" });
    const { address, trade } = await frontend();
    const own = new Browser(callbackUrl());
    const { url: callback } = await own.passProvider(await own.open(address), "eve");
    const another = new Browser(FRONTEND);
    await another.open((await frontend()).address);
    expect(await another.open(callback)).toMatchObject({ status: 400, url: callback });
    const altered = new URL(callback);
    altered.searchParams.set("state", randomState());
    own.stopsAt = FRONTEND;
    expect((await own.open(altered)).status).toBe(400);

    const { url: answer } = await own.open(callback);
    await trade(answer);
    expect((await own.open(callback)).status).toBe(400);
    const refused = (await events("auth.external-login")).filter(({ reason }) => reason === "EXTERNAL_SIGN_IN_INVALID");
    expect(refused).toHaveLength(3);
  });

  it("gives tokens for a code once: whoever brings it again ends what it gave", async () => {
    const { answer, trade } = await answerFor("grace");
    const { access_token, refresh_token = "" } = await trade(answer);
    await expect(trade(answer)).rejects.toMatchObject({ error: "invalid_grant", status: 400 });
    const refresh = `mutation { refreshSession(refreshToken: "${refresh_token}") { tokens { expiresIn } } }`;
    expect((await new Client(url).error(refresh)).extensions.reason).toBe("REFRESH_TOKEN_INVALID");
    await expect.poll(async () => (await new Client(url, access_token).send(ME)).status, { timeout: 5_000 }).toBe(401);
    expect((await events("auth.exchange-code"))[0]).toMatchObject({ reason: "AUTHORIZATION_CODE_REUSED" });
  });

  it("lets in nobody whose e-mail address the provider has not verified", async () => {
    people.set("mallory", { email: "mallory@example.com", email_verified: false });
    const { answer, trade } = await answerFor("mallory");
    expect(answer.searchParams.get("reason")).toBe("EXTERNAL_EMAIL_UNVERIFIED");
    await expect(trade(answer)).rejects.toMatchObject({ error: "access_denied" });
  });

  it("takes over no account that has the e-mail address already", async () => {
    const victim = await register("Vera", url);
    people.set("vera", { email: victim.email.toUpperCase(), email_verified: true, given_name: "V", family_name: "V" });
    const { answer } = await answerFor("vera");
    expect(Object.fromEntries(answer.searchParams)).toMatchObject({
      error: "access_denied",
      reason: "EMAIL_TAKEN",
      error_description: "The e-mail address belongs to an account already. Sign in with its password.",
    });
    await signIn(victim.email, victim.password, url);
    expect((await events("auth.external-login"))[0]).toMatchObject({ outcome: "FAILURE", reason: "EMAIL_TAKEN" });
  });

  it("tells the frontend when the person turns back at the provider", async () => {
    const browser = new Browser(FRONTEND);
    const { address } = await frontend();
    const { url: page } = await browser.open(address);
    const { url: answer } = await browser.open(`${page.href}/abort`);
    expect(answer.searchParams.get("error")).toBe("access_denied");
  });

  it("sends nobody to an address that is not a frontend's of ours, and takes no request without PKCE", async () => {
    const { address } = await frontend();
    const elsewhere = new URL(address);
    elsewhere.searchParams.set("redirect_uri", `${FRONTEND}/../phish`);
    const page = await new Browser(FRONTEND).open(elsewhere);
    expect(page).toMatchObject({
      status: 400,
      url: elsewhere,
      text: "The redirect_uri is not one of this client's.\n",
    });
    const unbound = new URL(address);
    unbound.searchParams.delete("code_challenge");
    const { url: answer } = await new Browser(FRONTEND).open(unbound);
    expect(Object.fromEntries(answer.searchParams)).toMatchObject({ error: "invalid_request", iss: ownIssuer() });
  });

  it("lets in nobody who has been suspended", async () => {
    const { me } = await (await signedIn("grace")).client.data<{ me: { id: string } }>(ME);
    await admin.data('mutation ($id: ID!) { suspendUser(id: $id, reason: "test") { id } }', { id: me.id });
    const { answer } = await answerFor("grace");
    expect(Object.fromEntries(answer.searchParams)).toMatchObject({
      error: "access_denied",
      reason: "ACCOUNT_NOT_ACTIVE",
    });
  });
});
