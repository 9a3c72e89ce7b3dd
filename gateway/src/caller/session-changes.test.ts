import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TestSupergraph } from "../supergraph.fixture.js";

describe("a change of sessions", () => {
  let supergraph: TestSupergraph;
  beforeAll(async () => {
    supergraph = await TestSupergraph.start();
  });
  afterAll(() => supergraph.stop());
  const whoami = (token?: string) => supergraph.post("{ whoami }", { token });

  it("is heard of at once; until then a session is looked up a single time", async () => {
    const token = await supergraph.signIn("u1");
    const before = supergraph.sessionLookUps;
    for (let request = 0; request < 5; request++) expect((await whoami(token)).status).toBe(200);
    expect(supergraph.sessionLookUps).toBe(before + 1);

    supergraph.sessions.clear();
    supergraph.sessionChanges.push({ kind: "user", subjectId: "u1" });
    await supergraph.until(async () => (await whoami(token)).status === 401);
  });

  it("that can't be heard of for 30 s makes authenticated requests 503, until it can be again", async () => {
    const token = await supergraph.signIn("u1");
    supergraph.sessionChanges.cutOff(true);
    expect((await whoami(token)).status).toBe(200);

    supergraph.now += 30_001;
    const { status, body } = await whoami(token);
    expect(status).toBe(503);
    expect(body).toMatchObject({
      errors: [{ extensions: { code: "SERVICE_UNAVAILABLE", reason: "SERVICE_OUT_OF_REACH" } }],
    });
    expect((await whoami()).status).toBe(200);
    expect((await supergraph.get("/health/ready")).statusCode).toBe(503);

    supergraph.sessionChanges.cutOff(false);
    await supergraph.until(async () => (await whoami(token)).status === 200);
    expect((await supergraph.get("/health/ready")).statusCode).toBe(200);
  });
});
