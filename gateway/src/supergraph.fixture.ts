import { SystemError } from "@supergraph/errors";
import {
  hashOfApiKey,
  newApiKey,
  signAccessToken,
  signForwardedIdentity,
  verifyForwardedIdentity,
  type Claims,
  type ForwardedIdentity,
} from "@supergraph/identity";
import {
  createLog,
  inProcessStreams,
  inProcessTransport,
  serviceCaller,
  type ServiceParts,
  type SubgraphName,
  type Transport,
} from "@supergraph/service";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import type { SessionChange } from "./caller/session-change-feed.js";
import { ownSupergraph } from "./own-supergraph.js";
import { gatewaySettings } from "./settings.js";
import { compose, LongPoll, secret, TestSubgraph, type SubgraphContext } from "./subgraphs.fixture.js";

const parties = { issuer: "http://localhost:4000", audience: "supergraph" };
const log = createLog("test", "silent");

export interface Answer {
  status: number;
  headers: Record<string, unknown>;
  body: {
    data?: Record<string, unknown> | null;
    errors?: { message: string; path?: (string | number)[]; extensions: Record<string, unknown> }[];
  };
}

interface PostOptions {
  token?: string | undefined;
  headers?: Record<string, string>;
  variables?: Record<string, unknown>;
}

/** The gateway over small subgraphs of the same names, in one process. */
export class TestSupergraph {
  readonly sessions = new Map<string, Claims>();
  /** By the key's hash, in base64url. */
  readonly apiKeys = new Map<string, Claims>();
  apiKeyLookUps = 0;
  /** What was reported of the use of credentials. */
  readonly reports: { sessions: string[]; apiKeys: string[] }[] = [];
  /** The requests for an export that have reached audit. */
  readonly exports: { url: string; headers: Record<string, unknown>; identity: ForwardedIdentity }[] = [];
  readonly sessionChanges = new LongPoll<SessionChange>();
  readonly versions = new LongPoll<string>();
  readonly subgraphs: Record<SubgraphName, TestSubgraph>;
  readonly #diverted = new Map<SubgraphName, Transport>();
  now = 0;
  sessionLookUps = 0;
  /** Calls a service itself, whatever stands in for it. */
  readonly reach: Transport;
  readonly #parts: ServiceParts;

  private constructor(
    readonly keys: Awaited<ReturnType<typeof signingKeys>>,
    environment: Record<string, string>,
  ) {
    this.subgraphs = {
      users: new TestSubgraph("users", log),
      auth: new TestSubgraph("auth", log, (app) => this.#authRoutes(app)),
      dynamic: new TestSubgraph("dynamic", log, (app) => {
        app.get<FeedRoute>("/internal/supergraph", async ({ query }, reply) => {
          const found = await this.versions.after(Number(query.after ?? 0), Number(query.wait), reply);
          if (found.length === 0) return reply.code(204).send();
          return { version: this.versions.position, supergraphSdl: found.at(-1) };
        });
      }),
      audit: new TestSubgraph("audit", log, (app) => {
        app.get<{ Querystring: { format?: string } }>("/audit/export", async ({ url, query, headers }, reply) => {
          const identity = await verifyForwardedIdentity(String(headers["x-claims"]), "audit", secret);
          this.exports.push({ url, headers, identity });
          if (query.format === "busy") throw new SystemError("TOO_MANY_REQUESTS", { retryAfterSeconds: 7 });
          if (!identity.caller) throw new SystemError("SIGN_IN_REQUIRED");
          if (!identity.caller.permissions.includes("audit:read")) throw new SystemError("PERMISSION_MISSING");
          return reply.headers({ "content-type": "application/x-ndjson", "x-session-claims": "secret" }).send("{}\n");
        });
      }),
    };
    const apps = new Map(Object.values(this.subgraphs).map(({ name, app }) => [name, app]));
    this.reach = inProcessTransport(apps);
    const transport: Transport = (service, request) => (this.#diverted.get(service) ?? this.reach)(service, request);
    const settings = gatewaySettings.parse({ GATEWAY_SECRET: new TextDecoder().decode(secret), ...environment });
    const call = serviceCaller(transport, secret);
    const stream = serviceCaller(inProcessStreams(apps), secret);
    this.#parts = ownSupergraph({ settings, log, call, stream }, () => this.now);
  }

  static async start(environment: Record<string, string> = {}): Promise<TestSupergraph> {
    const supergraph = new TestSupergraph(await signingKeys(), environment);
    await supergraph.#defineSubgraphs();
    supergraph.publish();
    await supergraph.#parts.start?.();
    await supergraph.until(async () => (await supergraph.get("/health/ready")).statusCode === 200);
    return supergraph;
  }

  async stop(): Promise<void> {
    await this.app.close();
    await this.#parts.stop?.();
  }

  get app() {
    return this.#parts.app;
  }

  get(url: string, headers: Record<string, string> = {}) {
    return this.app.inject({ url, headers });
  }

  async post(query: string, { token, headers, variables }: PostOptions = {}): Promise<Answer> {
    const response = await this.app.inject({
      method: "POST",
      url: "/graphql",
      headers: { ...headers, ...(token !== undefined && { authorization: `Bearer ${token}` }) },
      payload: { query, ...(variables && { variables }) },
    });
    return { status: response.statusCode, headers: response.headers, body: response.json() };
  }

  /** Composes what the subgraphs say now, as the next version. */
  publish(): number {
    this.versions.push(compose(Object.values(this.subgraphs).map(({ name, sdl }) => ({ name, sdl }))));
    return this.versions.position;
  }

  /** Opens a session and gives its access token. */
  async signIn(userId: string, permissions: string[] = []): Promise<string> {
    const sid = crypto.randomUUID();
    this.sessions.set(sid, { sub: userId, sid, roles: ["user"], permissions, client: "user" });
    return signAccessToken({ userId, sessionId: sid }, parties, { kid: "key-1", privateKey: this.keys.privateKey });
  }

  /** Makes an API key of the person. */
  createApiKey(userId: string, permissions: string[] = []): { key: string; id: string } {
    const [key, id] = [newApiKey(), crypto.randomUUID()];
    this.apiKeys.set(hashOfApiKey(key).toString("base64url"), {
      sub: userId,
      roles: [],
      permissions,
      client: "api_key",
      keyId: id,
    });
    return { key, id };
  }

  expiredToken(): Promise<string> {
    const [sid] = this.sessions.keys();
    return new SignJWT({ sid })
      .setProtectedHeader({ alg: "ES256", kid: "key-1", typ: "at+jwt" })
      .setIssuer(parties.issuer)
      .setAudience(parties.audience)
      .setSubject("u1")
      .setJti("1")
      .setIssuedAt("-1h")
      .setExpirationTime("-1m")
      .sign(this.keys.privateKey);
  }

  /** Has something else answer for a service, or the service again. */
  divert(service: SubgraphName, transport: Transport | undefined): void {
    if (transport) this.#diverted.set(service, transport);
    else this.#diverted.delete(service);
  }

  async until(condition: () => boolean | Promise<boolean>): Promise<void> {
    const deadline = Date.now() + 5_000;
    while (!(await condition())) {
      if (Date.now() > deadline) throw new Error("Waited 5 s in vain");
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  #authRoutes(app: TestSubgraph["app"]): void {
    app.get("/.well-known/jwks.json", () => ({ keys: [this.keys.publicJwk] }));
    app.get<{ Params: { id: string } }>("/internal/sessions/:id", ({ params }) => {
      this.sessionLookUps++;
      const claims = this.sessions.get(params.id);
      if (!claims) throw new SystemError("SESSION_NOT_FOUND");
      return { ...claims, expiresAt: null };
    });
    app.post<{ Body: { secretHash: string } }>("/internal/api-keys/claims", ({ body }) => {
      this.apiKeyLookUps++;
      const claims = this.apiKeys.get(body.secretHash);
      if (!claims) throw new SystemError("API_KEY_NOT_FOUND");
      return { ...claims, expiresAt: null };
    });
    app.post<{ Body: { sessions: string[]; apiKeys: string[] } }>("/internal/credential-use", ({ body }, reply) => {
      this.reports.push(body);
      return reply.code(204).send();
    });
    app.get<FeedRoute>("/internal/session-changes", async ({ query: { after, wait } }, reply) => {
      if (this.sessionChanges.isCutOff) throw new SystemError("NOT_READY");
      if (after === undefined) return { position: this.sessionChanges.position, changes: [] };
      const changes = await this.sessionChanges.after(Number(after), Number(wait), reply);
      return { position: Number(after) + changes.length, changes };
    });
  }

  async #defineSubgraphs(): Promise<void> {
    const { users, auth, audit } = this.subgraphs;
    await users.define(
      `type Query { me: User whoami: String @authenticated seen: [String!]! address: String userCount: Int @requiresScopes(scopes: [["users:read"]]) }
       type User @key(fields: "id") { id: ID! displayName: String email: String }`,
      {
        Query: {
          me: (_: unknown, __: unknown, { identity }: SubgraphContext) =>
            identity.caller && { id: identity.caller.sub },
          whoami: (_: unknown, __: unknown, { identity }: SubgraphContext) => identity.caller?.sub ?? null,
          address: (_: unknown, __: unknown, { identity }: SubgraphContext) => identity.request.ip,
          seen: (_: unknown, __: unknown, { headers }: SubgraphContext) => Object.keys(headers).sort(),
        },
        User: {
          __resolveReference: ({ id }: { id: string }) => ({ id }),
          displayName: ({ id }: { id: string }) => `Person ${id}`,
          email: ({ id }: { id: string }, _: unknown, { identity }: SubgraphContext) => {
            if (identity.caller?.sub !== id) throw new SystemError("PERMISSION_MISSING");
            return `${id}@example.com`;
          },
        },
      },
    );
    await auth.define(
      `type Query { passwordPolicy: Int }
       type Mutation { login(userId: ID!): Signed refreshSession: Boolean logout: Boolean }
       type Signed { user: User! }
       type User @key(fields: "id") { id: ID! roles: [String!] }`,
      {
        Mutation: {
          login: async (_: unknown, { userId }: { userId: string }, { reply }: SubgraphContext) => {
            const caller: Claims = { sub: userId, sid: "new", roles: ["user"], permissions: [], client: "user" };
            reply["x-session-claims"] = await signForwardedIdentity({ caller, request: {} }, "gateway", secret);
            return { user: { id: userId } };
          },
          refreshSession: () => true,
        },
        User: { roles: (_: unknown, __: unknown, { identity }: SubgraphContext) => identity.caller?.roles ?? null },
      },
    );
    await audit.define(`type Query { events: Int }`, {});
    await this.defineTypes(0);
  }

  /** Gives the dynamic subgraph types Thing1 to Thing`count`. */
  async defineTypes(count: number): Promise<void> {
    const numbers = Array.from({ length: count }, (_, index) => index + 1);
    const things = numbers.map(
      (n) => `extend type Query { thing${n}: Thing${n} } type Thing${n} { id: ID! owner: User }`,
    );
    const owner = { id: "u1" };
    await this.subgraphs.dynamic.define(
      `type Query { products: [Product!]! broken: Int }
       type Mutation { define(count: Int!): Int }
       type Product { id: ID! owner: User }
       type User @key(fields: "id", resolvable: false) { id: ID! }
       ${things.join("\n")}`,
      {
        Query: {
          products: () => [1, 2, 3].map((n) => ({ id: n, owner: { id: `u${n}` } })),
          broken: () => {
            throw new Error("a secret of the inside");
          },
          ...Object.fromEntries(numbers.map((n) => [`thing${n}`, () => ({ id: n, owner })])),
        },
        Mutation: {
          define: async (_: unknown, args: { count: number }, { reply }: SubgraphContext) => {
            await this.defineTypes(args.count);
            reply["x-supergraph-version"] = String(this.publish());
            return args.count;
          },
        },
      },
    );
  }
}

interface FeedRoute {
  Querystring: { after?: string; wait?: string };
}

async function signingKeys() {
  const { privateKey, publicKey } = await generateKeyPair("ES256");
  return { privateKey, publicJwk: { ...(await exportJWK(publicKey)), kid: "key-1", alg: "ES256", use: "sig" } };
}
