import { signForwardedIdentity, type Claims } from "@supergraph/identity";
import { Database } from "@supergraph/persistence";
import { createLog, readSettings, type ServiceCaller } from "@supergraph/service";
import { disposableDatabase } from "@supergraph/testing";
import { hashPassword } from "../account/password.js";
import { signedInNow } from "../fixtures/auth-api.fixture.js";
import { authService } from "../service.js";

const SECRET = "a secret of the tests, long enough";
const secret = new TextEncoder().encode(SECRET);

export const ada = {
  id: "01990000-0000-7000-8000-0000000000ad",
  email: "ada@example.com",
  password: "correct horse battery",
};

/** A person's claims. */
export const claimsOf = (...permissions: string[]): Claims => ({ ...signedInNow(), sub: ada.id, permissions });

export interface Answer {
  status: number;
  headers: Record<string, unknown>;
  body: Record<string, unknown>;
}

export interface Credentials {
  clientId: string;
  clientSecret: string;
}

interface GraphqlAnswer {
  data: Record<string, Record<string, unknown> & Credentials> | null;
  errors?: { extensions: { reason: string } }[];
}

/** The auth service over a database of its own, with one person's account. */
export async function authServer(options: { call?: ServiceCaller; environment?: Record<string, string> } = {}) {
  const disposable = await disposableDatabase();
  const owner = new Database({ url: disposable.ownerUrl, schema: "auth" });
  await owner.run(async (query) =>
    query("account").insert({ user_id: ada.id, email: ada.email, password_hash: await hashPassword(ada.password) }),
  );
  const settings = readSettings(authService.settings, {
    DATABASE_URL: disposable.url("auth"),
    GATEWAY_SECRET: SECRET,
    AUTH_KEY_ENCRYPTION_KEY: Buffer.alloc(32, 7).toString("base64"),
    ...options.environment,
  });
  const call = options.call ?? (() => Promise.reject(new Error("auth calls nobody here")));
  const service = await authService.create({ settings, log: createLog("auth", "silent"), call });
  const { app } = service;
  const signed = async (caller: Claims | undefined) => ({
    "x-claims": await signForwardedIdentity({ caller, request: { ip: "192.0.2.7" } }, "auth", secret),
  });

  const ask = async (query: string, variables: object = {}, as?: Claims): Promise<GraphqlAnswer> =>
    (
      await app.inject({ method: "POST", url: "/graphql", headers: await signed(as), payload: { query, variables } })
    ).json<GraphqlAnswer>();

  /** Sends a form, as the gateway passes it on. */
  const post = async (
    path: string,
    form: Record<string, string> | string,
    headers: Record<string, string> = {},
  ): Promise<Answer> => {
    const response = await app.inject({
      method: "POST",
      url: path,
      headers: { ...(await signed(undefined)), "content-type": "application/x-www-form-urlencoded", ...headers },
      payload: typeof form === "string" ? form : new URLSearchParams(form).toString(),
    });
    const body = response.body === "" ? {} : response.json<Record<string, unknown>>();
    return { status: response.statusCode, headers: response.headers, body };
  };

  return {
    app,
    owner,
    ask,
    post,
    /** What a path under /internal answers to somebody with these claims. */
    internal: async (path: string, as: Claims) => app.inject({ url: `/internal${path}`, headers: await signed(as) }),
    serviceAccount: async (name: string, permissions: string[]): Promise<Credentials> => {
      const { data, errors } = await ask(CREATE, { input: { name, permissions } }, claimsOf("*"));
      if (!data?.createServiceAccount) throw new Error(JSON.stringify(errors));
      return data.createServiceAccount;
    },
    signIn: async () => {
      const { data } = await ask(LOGIN, { input: { email: ada.email, password: ada.password } });
      return data?.login as unknown as {
        tokens: { accessToken: string; refreshToken: string };
        session: { id: string };
      };
    },
    events: (action: string) =>
      owner.run((query) =>
        query("audit_outbox").where({ action }).orderBy("id").select<Record<string, unknown>[]>("*"),
      ),
    close: async () => {
      await app.close();
      await service.stop?.();
      await owner.close();
      await disposable.drop();
    },
  };
}

export type AuthServer = Awaited<ReturnType<typeof authServer>>;

export const basic = ({ clientId, clientSecret }: Credentials) => ({
  authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString("base64")}`,
});

const CREATE = `mutation ($input: ServiceAccountInput!) {
  createServiceAccount(input: $input) { clientId clientSecret serviceAccount { id } }
}`;
const LOGIN = `mutation ($input: LoginInput!) { login(input: $input) { tokens { accessToken refreshToken } session { id } } }`;
