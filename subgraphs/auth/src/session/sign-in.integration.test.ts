import { signForwardedIdentity, verifyForwardedIdentity } from "@supergraph/identity";
import { Database } from "@supergraph/persistence";
import { createLog, readSettings, type ServiceParts } from "@supergraph/service";
import { disposableDatabase, type DisposableDatabase } from "@supergraph/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hashPassword } from "../account/password.js";
import { authService } from "../service.js";

const userId = "01990000-0000-7000-8000-000000000001";
const account = { email: "ada@example.com", password: "correct horse battery" };
const SECRET = "s".repeat(32);
const secret = new TextEncoder().encode(SECRET);
const FIELDS = "{ tokens { accessToken refreshToken } session { id } }";

interface Answer {
  data: Record<string, { tokens: { refreshToken: string }; session: { id: string } }> | null;
  errors?: { extensions: { code: string; reason: string } }[];
}

describe("signing in", () => {
  let disposable: DisposableDatabase;
  let owner: Database;
  let auth: ServiceParts;
  beforeAll(async () => {
    disposable = await disposableDatabase();
    owner = new Database({ url: disposable.ownerUrl, schema: "auth" });
    await owner.run(async (query) =>
      query("account").insert({
        user_id: userId,
        email: account.email,
        password_hash: await hashPassword(account.password),
      }),
    );
    const settings = readSettings(authService.settings, {
      DATABASE_URL: disposable.url("auth"),
      GATEWAY_SECRET: SECRET,
      AUTH_KEY_ENCRYPTION_KEY: Buffer.alloc(32, 7).toString("base64"),
    }) as never;
    const call = () => Promise.reject(new Error("Signing in calls no other service"));
    auth = await authService.create({ settings, log: createLog("auth", "silent"), call });
  });
  afterAll(async () => {
    await auth.app.close();
    await auth.stop?.();
    await owner.close();
    await disposable.drop();
  });

  const send = async (query: string, variables: object): Promise<Answer> =>
    (await auth.app.inject({ method: "POST", url: "/graphql", payload: { query, variables } })).json<Answer>();
  const signIn = async () => {
    const { data } = await send(`mutation ($input: LoginInput!) { login(input: $input) ${FIELDS} }`, {
      input: account,
    });
    if (!data?.login) throw new Error("could not sign in");
    return data.login;
  };
  const login = (headers: Record<string, string> = {}) =>
    auth.app.inject({
      method: "POST",
      url: "/graphql",
      headers,
      payload: {
        query: "mutation ($input: LoginInput!) { login(input: $input) { session { id } } }",
        variables: { input: account },
      },
    });
  const loginByGateway = async () =>
    login({ "x-claims": await signForwardedIdentity({ caller: undefined, request: {} }, "auth", secret) });
  const refresh = (token: string) =>
    send(`mutation ($token: String!) { refreshSession(refreshToken: $token) ${FIELDS} }`, { token });
  const makeOlder = (seconds: number) =>
    owner.run((query) =>
      query("refresh_token").update({
        used_at: query.raw("used_at - make_interval(secs => ?)", [seconds]) as unknown as Date,
      }),
    );
  const events = () =>
    owner.run((query) =>
      query("audit_outbox")
        .where({ action: "auth.refresh" })
        .orderBy("id")
        .select<{ outcome: string; reason: string; metadata: unknown }[]>("*"),
    );

  it("by a refresh token that is used again later ends the session and all its tokens, and is recorded as suspicious", async () => {
    const { tokens, session } = await signIn();
    const successor = (await refresh(tokens.refreshToken)).data?.refreshSession?.tokens.refreshToken ?? "";
    await makeOlder(11);
    const stolen = await refresh(tokens.refreshToken);
    expect(stolen.errors?.[0]?.extensions).toMatchObject({ code: "UNAUTHENTICATED", reason: "REFRESH_TOKEN_REUSED" });
    expect((await refresh(successor)).errors?.[0]?.extensions.reason).toBe("REFRESH_TOKEN_INVALID");
    const change = await owner.run((query) =>
      query("session_change").orderBy("position", "desc").first<{ subject_id: string }>("*"),
    );
    expect(change.subject_id).toBe(session.id);
    expect((await events()).at(-2)).toMatchObject({
      outcome: "failure",
      reason: "REFRESH_TOKEN_REUSED",
      metadata: { suspicious: true },
    });
  });

  it("tells the gateway, and nobody else, who the caller is from then on", async () => {
    const { headers } = await loginByGateway();
    const { caller } = await verifyForwardedIdentity(String(headers["x-session-claims"]), "gateway", secret);
    expect(caller).toMatchObject({ sub: userId, email: account.email });
    expect((await login()).headers).not.toHaveProperty("x-session-claims");
  });

  it("whose session could not be committed makes nobody of the caller", async () => {
    await owner.run((query) =>
      query.raw(`create function refuse() returns trigger language plpgsql as $$ begin raise 'not today'; end $$;
        create constraint trigger refused after insert on session deferrable initially deferred
          for each row execute function refuse()`),
    );
    const response = await loginByGateway();
    await owner.run((query) => query.raw("drop trigger refused on session"));
    expect(response.json<Answer>()).toMatchObject({
      data: null,
      errors: [{ extensions: { code: "INTERNAL_SERVER_ERROR" } }],
    });
    expect(response.headers).not.toHaveProperty("x-session-claims");
  });

  it("leaves no token, password or private key in the database", async () => {
    const { tokens } = await signIn();
    const tables = await owner.run((query) =>
      query("information_schema.tables").where({ table_schema: "auth" }).pluck<string[]>("table_name"),
    );
    for (const table of tables) {
      const rows = JSON.stringify(await owner.run((query) => query(table).select("*")));
      expect(rows).not.toContain(tokens.refreshToken);
      expect(rows).not.toContain(account.password);
      expect(rows, table).not.toContain('"d":');
    }
  });
});
