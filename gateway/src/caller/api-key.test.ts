import { newApiKey, verifyForwardedIdentity } from "@supergraph/identity";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { secret } from "../subgraphs.fixture.js";
import { TestSupergraph } from "../supergraph.fixture.js";

describe("an API key in the Authorization header", () => {
  let supergraph: TestSupergraph;
  beforeAll(async () => {
    supergraph = await TestSupergraph.start();
  });
  afterAll(() => supergraph.stop());
  const whoami = (token: string) => supergraph.post("{ whoami }", { token });

  it("stands for its owner, and auth is asked once", async () => {
    const { key } = supergraph.createApiKey("u1");
    const before = supergraph.apiKeyLookUps;
    for (let request = 0; request < 5; request++) {
      expect((await whoami(key)).body).toEqual({ data: { whoami: "u1" } });
    }
    expect(supergraph.apiKeyLookUps).toBe(before + 1);
  });

  it("carries what auth says that it may do, signed, to the subgraphs", async () => {
    const { key, id } = supergraph.createApiKey("u1", ["posts:read"]);
    await whoami(key);
    const claims = String(supergraph.subgraphs.users.fetches.at(-1)?.["x-claims"]);
    expect((await verifyForwardedIdentity(claims, "users", secret)).caller).toEqual({
      sub: "u1",
      roles: [],
      permissions: ["posts:read"],
      client: "api_key",
      keyId: id,
    });
  });

  it("is refused when it is unknown, and asking again and again does not reach auth", async () => {
    const key = newApiKey();
    const before = supergraph.apiKeyLookUps;
    for (let request = 0; request < 5; request++) {
      const { status, headers, body } = await whoami(key);
      expect(status).toBe(401);
      expect(headers["www-authenticate"]).toContain("invalid_token");
      expect(body).toMatchObject({ errors: [{ extensions: { code: "UNAUTHENTICATED", reason: "API_KEY_INVALID" } }] });
    }
    expect(supergraph.apiKeyLookUps).toBe(before + 1);
  });

  it("is refused without asking auth when it was cut or mistyped", async () => {
    const { key } = supergraph.createApiKey("u1");
    const before = supergraph.apiKeyLookUps;
    for (const wrong of [key.slice(0, -1), `${key}A`, "sgk_"]) {
      expect((await whoami(wrong)).body.errors?.[0]?.extensions.reason, wrong).toBe("API_KEY_INVALID");
    }
    expect(supergraph.apiKeyLookUps).toBe(before);
  });

  it("is looked up again once the feed names it, or its owner", async () => {
    for (const kind of ["api_key", "user"] as const) {
      const { key, id } = supergraph.createApiKey("u7");
      expect((await whoami(key)).status).toBe(200);
      supergraph.apiKeys.clear();
      supergraph.sessionChanges.push({ kind, subjectId: kind === "user" ? "u7" : id });
      await supergraph.until(async () => (await whoami(key)).status === 401);
    }
  });

  it("reaches no subgraph itself", async () => {
    const { key } = supergraph.createApiKey("u1");
    await whoami(key);
    const fetched = JSON.stringify(supergraph.subgraphs.users.fetches.at(-1));
    expect(fetched).not.toContain(key);
    expect(fetched).not.toContain("authorization");
  });
});

it("the use of sessions and keys is reported in one call, when the gateway stops at the latest", async () => {
  const supergraph = await TestSupergraph.start();
  const token = await supergraph.signIn("u1");
  const { key, id } = supergraph.createApiKey("u2");
  for (const credential of [token, key, token, key, key]) await supergraph.post("{ whoami }", { token: credential });
  expect(supergraph.reports).toEqual([]);
  await supergraph.stop();
  expect(supergraph.reports).toEqual([{ sessions: [...supergraph.sessions.keys()], apiKeys: [id] }]);
});
