import { afterEach, describe, expect, it } from "vitest";
import { TestSupergraph } from "./supergraph.fixture.js";

describe("the server that clients see", () => {
  let supergraph: TestSupergraph;
  afterEach(() => supergraph.stop());

  const address = async () => {
    const { body } = await supergraph.post("{ address }", { headers: { "x-forwarded-for": "203.0.113.7" } });
    return body.data?.address;
  };
  const allowed = async (origin: string) =>
    (await supergraph.get("/graphql", { origin })).headers["access-control-allow-origin"];

  it("believes nobody on where a request is from", async () => {
    supergraph = await TestSupergraph.start();
    expect(await address()).toBe("127.0.0.1");
  });

  it("believes the proxies that it is told to trust", async () => {
    supergraph = await TestSupergraph.start({ TRUST_PROXY: "10.0.0.0/8, 127.0.0.1" });
    expect(await address()).toBe("203.0.113.7");
  });

  it("lets pages of Apollo Studio and of this machine call in development, and read when to try again", async () => {
    supergraph = await TestSupergraph.start();
    for (const origin of ["https://studio.apollographql.com", "http://localhost:5173"]) {
      expect(await allowed(origin)).toBe(origin);
    }
    const { headers } = await supergraph.get("/graphql", { origin: "http://localhost:5173" });
    expect(headers["access-control-expose-headers"]).toBe("x-request-id, retry-after, content-disposition");
    for (const origin of ["https://localhost.example", "http://evil.example", "null"]) {
      expect(await allowed(origin)).toBeUndefined();
    }
  });

  it("lets no page call in production but those that are named", async () => {
    supergraph = await TestSupergraph.start({ NODE_ENV: "production" });
    expect(await allowed("http://localhost:5173")).toBeUndefined();
    await supergraph.stop();
    supergraph = await TestSupergraph.start({
      NODE_ENV: "production",
      CORS_ORIGINS: "https://a.example,https://b.example",
    });
    expect(await allowed("https://b.example")).toBe("https://b.example");
    expect(await allowed("http://localhost:5173")).toBeUndefined();
  });
});
