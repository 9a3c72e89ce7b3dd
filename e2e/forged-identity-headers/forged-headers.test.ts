import { createHmac } from "node:crypto";
import { describe, expect, inject, it } from "vitest";
import { administrator, Client } from "../harness/client.js";

const base64url = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");

/** An `x-claims` as the gateway would make it, but signed with a secret that a stranger could guess. */
function forgedClaims(sub: string, audience: string): string {
  const now = Math.floor(Date.now() / 1_000);
  const head = base64url({ alg: "HS256", typ: "claims+jwt" });
  const claims = {
    sub,
    client: "user",
    roles: ["admin"],
    permissions: ["*"],
    iss: "gateway",
    aud: audience,
    iat: now,
    exp: now + 60,
  };
  const body = `${head}.${base64url(claims)}`;
  return `${body}.${createHmac("sha256", "secret").update(body).digest("base64url")}`;
}

describe("forged identity headers", () => {
  it("make nobody of a client at the gateway", async () => {
    const { id } = await administrator();
    const answer = await new Client().send(
      "{ me { id } }",
      {},
      {
        "x-claims": forgedClaims(id, "users"),
        "x-user-id": id,
        "x-user-roles": "admin",
      },
    );
    expect(answer.data).toEqual({ me: null });
    expect(answer.errors?.[0]?.extensions.code).toBe("UNAUTHENTICATED");
  });

  it.each(["users", "auth", "dynamic", "audit"] as const)("make nobody of a client at the port of %s", async (name) => {
    const { id } = await administrator();
    const { ports } = inject("supergraph");
    const fields = {
      users: "me { id }",
      auth: "roles { id }",
      dynamic: "entityTypes { name }",
      audit: "auditEvents { nodes { id } }",
    };
    const client = new Client(`http://127.0.0.1:${ports[name]}/graphql`);

    const plain = await client.send(`{ ${fields[name]} }`, {}, { "x-user-id": id, "x-user-roles": "admin" });
    expect(plain.errors?.[0]?.extensions.code).toBe("UNAUTHENTICATED");

    const forged = await client.send(`{ ${fields[name]} }`, {}, { "x-claims": forgedClaims(id, name) });
    expect(forged.status).toBe(401);
    expect(forged.errors?.[0]?.extensions).toMatchObject({ code: "UNAUTHENTICATED", reason: "CLAIMS_INVALID" });
  });

  it("open no internal endpoint, and a user's own access token is no x-claims", async () => {
    const admin = await administrator();
    const { ports } = inject("supergraph");
    const internal = `http://127.0.0.1:${ports.auth}/internal/sessions/${admin.sessionId}`;
    expect((await fetch(internal)).status).toBe(401);
    expect((await fetch(internal, { headers: { "x-claims": admin.accessToken ?? "" } })).status).toBe(401);
    expect((await fetch(internal, { headers: { "x-claims": forgedClaims("gateway", "auth") } })).status).toBe(401);
  });
});
