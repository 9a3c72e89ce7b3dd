import { createHash } from "node:crypto";
import Fastify from "fastify";
import { parse } from "graphql";
import { describe, expect, it } from "vitest";
import { accountPages } from "./account-page.js";
import { accountRoutes } from "./account-routes.js";

const app = Fastify();
accountRoutes(app);

describe.each(accountPages.map(({ path }) => path))("the page at /account/%s", (path) => {
  it("runs no script and shows no style but its own, and calls nobody but the endpoint", async () => {
    const { body, headers } = await app.inject(`/account/${path}?token=t`);
    const policy = String(headers["content-security-policy"]);
    expect(policy).toMatch(/^default-src 'none'/);
    expect(policy).toContain("connect-src 'self'");
    expect(policy).not.toContain("unsafe");
    for (const [, , text = ""] of body.matchAll(/<(script|style)>([\s\S]*?)<\/\1>/g)) {
      expect(policy).toContain(createHash("sha256").update(text).digest("base64"));
    }
  });

  it("is kept by no cache, tells its address to no other page, and holds nothing of it", async () => {
    const { body, headers } = await app.inject(`/account/${path}?token=%22%3E%3Cscript%3Ealert(1)`);
    expect(headers).toMatchObject({ "cache-control": "no-store", "referrer-policy": "no-referrer" });
    expect(body).toBe((await app.inject(`/account/${path}`)).body);
  });

  it("sends an operation that is GraphQL", () => {
    for (const { query } of accountPages) expect(() => parse(query)).not.toThrow();
  });
});
