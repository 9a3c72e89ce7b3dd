import { once } from "node:events";
import { get, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { setImmediate as turn } from "node:timers/promises";
import { signForwardedIdentity } from "@supergraph/identity";
import { createLog, createServer, httpStreams, inProcessStreams, serviceCaller } from "@supergraph/service";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { auditExportRoute } from "./audit-export-route.js";
import { Caller } from "./caller/caller.js";
import { secret } from "./subgraphs.fixture.js";
import { TestSupergraph } from "./supergraph.fixture.js";

const MB = 1_000_000;
const LINE = Buffer.from(`{"event":"${"x".repeat(987)}"}\n`);
const log = createLog("test", "silent");
const newServer = (name: string) => createServer({ name, log, isReady: () => Promise.resolve(true) });

describe.each(["in the same process", "over HTTP"])("an export that audit streams %s", (kind) => {
  const audit = newServer("audit");
  const gateway = newServer("gateway");
  let produced = 0;
  let hasBegun = false;
  let hasStopped = false;
  async function* lines(bytes: number) {
    try {
      for (produced = 0; produced < bytes; produced += LINE.length) {
        if (produced % (100 * LINE.length) === 0) await turn();
        yield LINE;
      }
    } finally {
      hasStopped = true;
    }
  }
  async function* broken(bytes: number) {
    yield* lines(bytes);
    throw new Error("the database is gone");
  }
  audit.get<{ Querystring: { mb?: string; broken?: string } }>("/audit/export", ({ query, signal }, reply) => {
    if (query.mb === undefined) {
      signal.addEventListener("abort", () => (hasStopped = true));
      hasBegun = true;
      return new Promise(() => undefined);
    }
    const body = query.broken === undefined ? lines(Number(query.mb) * MB) : broken(Number(query.mb) * MB);
    void reply.type("application/x-ndjson").header("content-disposition", 'attachment; filename="audit.ndjson"');
    return reply.send(Readable.from(body, { objectMode: false }));
  });

  beforeAll(async () => {
    await audit.listen({ host: "127.0.0.1", port: 0 });
    const url = `http://127.0.0.1:${(audit.server.address() as AddressInfo).port}`;
    const transport =
      kind === "over HTTP"
        ? httpStreams({ users: url, auth: url, dynamic: url, audit: url })
        : inProcessStreams(new Map([["audit", audit]]));
    const identify = () => new Caller({ ip: "127.0.0.1" });
    auditExportRoute(gateway, { identify, stream: serviceCaller(transport, secret) });
    await gateway.listen({ host: "127.0.0.1", port: 0 });
  });
  afterAll(async () => {
    await gateway.close();
    await audit.close();
  });
  beforeEach(() => {
    hasBegun = false;
    hasStopped = false;
  });

  const ask = (query: string) => {
    const { port } = gateway.server.address() as AddressInfo;
    return get({ host: "127.0.0.1", port, path: `/audit/export?${query}` });
  };
  const exported = async (query: string): Promise<IncomingMessage> => {
    const [response] = (await once(ask(query), "response")) as [IncomingMessage];
    return response;
  };
  /** Reads it to the end; gives how many bytes there were, and how many more this process came to hold meanwhile. */
  const readWhole = async (response: IncomingMessage) => {
    const before = process.memoryUsage.rss();
    let [bytes, peak] = [0, before];
    for await (const chunk of response) {
      bytes += (chunk as Buffer).length;
      peak = Math.max(peak, process.memoryUsage.rss());
    }
    return { bytes, growth: peak - before };
  };

  it("reaches the client whole, with what it is, and of any size in little memory", { timeout: 60_000 }, async () => {
    await readWhole(await exported("mb=100"));
    const response = await exported("mb=200");
    expect(response.statusCode).toBe(200);
    expect(response.headers).toMatchObject({
      "content-type": "application/x-ndjson",
      "content-disposition": 'attachment; filename="audit.ndjson"',
    });
    const { bytes, growth } = await readWhole(response);
    expect(bytes).toBe(200 * MB);
    expect(growth).toBeLessThan(50 * MB);
  });

  it("waits for a client that reads slowly, and stops when they go away", { timeout: 60_000 }, async () => {
    const response = await exported("mb=2000");
    await once(response, "readable");
    await expect.poll(() => waits(() => produced), { timeout: 15_000 }).toBe(true);
    // What the kernel's buffers take of it differs.
    expect(produced).toBeLessThan(200 * MB);
    expect(hasStopped).toBe(false);
    response.destroy();
    await expect.poll(() => hasStopped, { timeout: 15_000 }).toBe(true);
  });

  it("stops when the client goes away before it has begun", async () => {
    const request = ask("").on("error", () => undefined);
    await expect.poll(() => hasBegun).toBe(true);
    request.destroy();
    await expect.poll(() => hasStopped, { timeout: 15_000 }).toBe(true);
  });

  it("breaks off at the client when it breaks off at audit", async () => {
    const response = await exported("mb=5&broken");
    expect(response.statusCode).toBe(200);
    await expect(readWhole(response)).rejects.toMatchObject({ code: "ECONNRESET" });
  });
});

const waits = async (progress: () => number): Promise<boolean> => {
  const before = progress();
  await new Promise((resolve) => setTimeout(resolve, 100));
  return progress() === before;
};

describe("who asks for an export", () => {
  let supergraph: TestSupergraph;
  let auditor: string;
  beforeAll(async () => {
    supergraph = await TestSupergraph.start();
    auditor = `Bearer ${await supergraph.signIn("u1", ["audit:read"])}`;
  });
  afterAll(() => supergraph.stop());
  beforeEach(() => {
    supergraph.exports.length = 0;
  });

  it("is told to audit as it is known of their token, with what they ask for", async () => {
    const url = "/audit/export?format=csv&action_prefix=auth.%2A&actions=a,b&actions=c";
    const response = await supergraph.get(url, { authorization: auditor, "user-agent": "curl" });
    expect([response.statusCode, response.body]).toEqual([200, "{}\n"]);
    expect(supergraph.exports).toMatchObject([
      { url, identity: { caller: { sub: "u1" }, request: { ip: "127.0.0.1", userAgent: "curl" } } },
    ]);
  });

  it("brings none of the headers by which services know each other, and gets none", async () => {
    const identity = { caller: { sub: "u2", roles: [], permissions: ["*"], client: "user" }, request: {} } as const;
    const forged = await signForwardedIdentity(identity, "audit", secret);
    const headers = { "x-claims": forged, "x-user-id": "u2", baggage: "a=b", cookie: "a=b" };
    const response = await supergraph.get("/audit/export", { ...headers, authorization: auditor });
    expect(supergraph.exports[0]?.identity.caller?.sub).toBe("u1");
    expect(Object.keys(supergraph.exports[0]?.headers ?? {}).sort()).toEqual(
      ["connection", "host", "x-claims", "x-request-id"].sort(),
    );
    expect(response.headers).not.toHaveProperty("x-session-claims");
    await supergraph.get("/audit/export", headers);
    expect(supergraph.exports[1]?.identity.caller).toBeUndefined();
  });

  it("hears audit's refusals as they are", async () => {
    const authorization = `Bearer ${await supergraph.signIn("u3")}`;
    const refused = await supergraph.get("/audit/export", { authorization });
    expect([refused.statusCode, refused.headers["content-type"]]).toEqual([403, "application/json; charset=utf-8"]);
    expect(refused.json()).toMatchObject({ errors: [{ extensions: { reason: "PERMISSION_MISSING" } }] });
    const nobody = await supergraph.get("/audit/export");
    expect([nobody.statusCode, nobody.headers["www-authenticate"]]).toEqual([401, 'Bearer error="invalid_token"']);
    expect(nobody.json()).toMatchObject({ errors: [{ extensions: { reason: "SIGN_IN_REQUIRED" } }] });
    const busy = await supergraph.get("/audit/export?format=busy", { authorization: auditor });
    expect([busy.statusCode, busy.headers["retry-after"]]).toEqual([429, "7"]);
  });

  it("is refused here with a token that has lapsed, or is none", async () => {
    for (const [token, reason] of [
      [await supergraph.expiredToken(), "TOKEN_EXPIRED"],
      ["nonsense", "TOKEN_INVALID"],
    ] as const) {
      const response = await supergraph.get("/audit/export", { authorization: `Bearer ${token}` });
      expect(response.statusCode).toBe(401);
      expect(response.json()).toMatchObject({ errors: [{ extensions: { reason } }] });
    }
    expect(supergraph.exports).toEqual([]);
  });

  it.each(["HEAD", "POST"] as const)("can't do so with %s", async (method) => {
    const response = await supergraph.app.inject({ method, url: "/audit/export", headers: { authorization: auditor } });
    expect(response.statusCode).toBe(404);
    expect(supergraph.exports).toEqual([]);
  });
});
