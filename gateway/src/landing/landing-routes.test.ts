import { createHash } from "node:crypto";
import { gunzipSync } from "node:zlib";
import Fastify from "fastify";
import { parse } from "graphql";
import { describe, expect, it } from "vitest";
import { exampleOperations } from "./example-operations.js";
import { landingRoutes } from "./landing-routes.js";

const app = Fastify();
landingRoutes(app, exampleOperations);
const browse = (url: string, headers = {}) =>
  app.inject({ url, headers: { accept: "text/html,*/*;q=0.8", ...headers } });

/** Inline scripts and styles that the page's policy does not let in. */
const blocked = ({ body, headers }: Awaited<ReturnType<typeof browse>>) => {
  const policy = String(headers["content-security-policy"]);
  const inline = [...body.matchAll(/<(script|style)>([\s\S]*?)<\/\1>\s*(?=<|$)/g)];
  return inline.filter(([, , text = ""]) => !policy.includes(createHash("sha256").update(text).digest("base64")));
};

describe("what the endpoint shows to people", () => {
  it("is a page for browsers, and links for programs", async () => {
    const page = await browse("/");
    expect(page.headers["content-type"]).toBe("text/html; charset=utf-8");
    for (const link of ['href="/sandbox"', 'href="/graphiql"']) expect(page.body).toContain(link);
    const program = await app.inject({ url: "/", headers: { accept: "application/json" } });
    expect(program.json()).toMatchObject({ graphql: "/graphql", health: { ready: "/health/ready" } });
  });

  it.each(["/", "/sandbox"])("runs no script and shows no style but its own: %s", async (url) => {
    const page = await browse(url);
    expect(page.headers["content-security-policy"]).toMatch(/^default-src 'none'/);
    expect(page.headers["content-security-policy"]).not.toContain("unsafe");
    expect(page.body).toContain("<script>");
    expect(blocked(page)).toEqual([]);
  });

  it("is a GraphiQL that loads nothing from elsewhere", async () => {
    const page = await browse("/graphiql");
    expect(page.body).not.toMatch(/<(script|link|img|iframe)[^>]+(src|href)="(https?:)?\/\//);
    const policy = String(page.headers["content-security-policy"]);
    expect(policy).not.toMatch(/https?:|script-src[^;]*unsafe/);
    const script = page.body.slice(
      page.body.indexOf("<script>") + "<script>".length,
      page.body.lastIndexOf("</script>"),
    );
    expect(policy).toContain(createHash("sha256").update(script).digest("base64"));
    const zipped = await browse("/graphiql", { "accept-encoding": "gzip" });
    expect(gunzipSync(zipped.rawPayload).toString()).toBe(page.body);
    expect(zipped.rawPayload.length).toBeLessThan(page.rawPayload.length / 2);
  });

  it("offers operations that are GraphQL, and escapes them", async () => {
    const page = await browse("/");
    for (const { query } of exampleOperations) expect(() => parse(query)).not.toThrow();
    expect(page.body).toContain("email: &quot;grace@example.com&quot;");
  });
});
