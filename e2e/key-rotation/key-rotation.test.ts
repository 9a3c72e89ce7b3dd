import pg from "pg";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { administrator, Client, endpoint, register, type Person } from "../harness/client.js";
import { ownerDatabaseUrl, startReplicas, type Replicas } from "../harness/replicas.js";

const CLIENTS = 50;
/** A key signs 10 s after it was published. */
const ACTIVATED = { timeout: 20_000, interval: 500 };
const WITHIN = { timeout: 5_000 };
const ROTATE = "mutation ($reason: String!) { rotateSigningKey(reason: $reason) { kid status activatedAt } }";
const REFRESH =
  "mutation ($token: String!) { refreshSession(refreshToken: $token) { tokens { accessToken refreshToken } } }";

interface Tokens {
  accessToken: string;
  refreshToken: string;
}

const kidOf = (token: string | undefined) =>
  (JSON.parse(Buffer.from(token?.split(".")[0] ?? "", "base64url").toString()) as { kid: string }).kid;

/** Clients that ask at the gateways in turn, without pause: half with the first token, half with the newest. */
class Load {
  readonly refused: string[] = [];
  answered = 0;
  #isStopped = false;
  readonly #clients: Promise<void[]>;

  constructor(gateways: readonly string[], tokens: readonly string[]) {
    this.#clients = Promise.all(
      Array.from({ length: CLIENTS }, async (_, index) => {
        for (let turn = index; !this.#isStopped; turn++) {
          const token = tokens[index % 2 === 0 ? 0 : tokens.length - 1];
          const { status, errors } = await new Client(gateways[turn % gateways.length], token).send("{ me { id } }");
          if (status === 200 && !errors) this.answered++;
          else this.refused.push(`${status} ${errors?.[0]?.extensions.reason}`);
        }
      }),
    );
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#clients;
  }
}

describe("with two gateways and two auth services", () => {
  let replicas: Replicas;
  let gateways: [string, string];
  let admin: Person;
  beforeAll(async () => {
    replicas = await startReplicas();
    gateways = [endpoint(), replicas.endpoint];
    admin = await administrator();
  });
  afterAll(() => replicas.stop());

  const refresh = async (url: string, token: string, accessToken?: string): Promise<Tokens> =>
    (await new Client(url, accessToken).data<{ refreshSession: { tokens: Tokens } }>(REFRESH, { token })).refreshSession
      .tokens;
  const reasonAt = async (url: string, token: string | undefined) =>
    (await new Client(url, token).send("{ me { id } }")).errors?.[0]?.extensions.reason;
  const statusOf = async (kid: string | undefined) => {
    const { signingKeys } = await admin.data<{ signingKeys: { kid: string; status: string }[] }>(
      "{ signingKeys { kid status } }",
    );
    return signingKeys.find((key) => key.kid === kid)?.status;
  };
  const eventsOf = async (kid: string) =>
    (
      await admin.data<{
        auditEvents: { nodes: { action: string; actor: { type: string }; reason: string | null }[] };
      }>("query ($id: ID!) { auditEvents(filter: { entityId: $id }) { nodes { action reason actor { type } } } }", {
        id: kid,
      })
    ).auditEvents.nodes;

  it("a rotation of the signing key under load refuses nobody, and reaches every replica", async () => {
    const person = await register("Kim");
    const before = kidOf(person.accessToken);
    const tokens = [person.accessToken ?? ""];
    const load = new Load(gateways, tokens);

    const adminElsewhere = new Client(replicas.endpoint, admin.accessToken);
    const { rotateSigningKey: published } = await adminElsewhere.data<{
      rotateSigningKey: { kid: string; status: string; activatedAt: string | null };
    }>(ROTATE, { reason: "a drill" });
    expect(published).toMatchObject({ status: "PUBLISHED", activatedAt: null });
    expect((await admin.error(ROTATE, { reason: "twice" })).extensions).toMatchObject({
      code: "CONFLICT",
      reason: "KEY_ROTATION_UNDER_WAY",
    });

    // Refreshed at one gateway, by its auth service; used at both from the next moment on.
    let { refreshToken } = person;
    const kids: (string | undefined)[] = [];
    await expect
      .poll(async () => {
        for (const url of gateways) {
          const renewed = await refresh(url, refreshToken);
          refreshToken = renewed.refreshToken;
          tokens.push(renewed.accessToken);
          kids.push(kidOf(renewed.accessToken));
        }
        return kids.slice(-2);
      }, ACTIVATED)
      .toEqual([published.kid, published.kid]);
    expect(kids[0]).toBe(before);
    for (const url of gateways) {
      for (const token of [tokens[0], tokens.at(-1)]) expect(await reasonAt(url, token)).toBeUndefined();
    }
    await load.stop();
    expect(load.refused).toEqual([]);
    expect(load.answered).toBeGreaterThan(CLIENTS);
    expect(await statusOf(before)).toBe("RETIRING");
    expect(await eventsOf(published.kid)).toEqual([
      { action: "signing-key.activate", reason: null, actor: { type: "SYSTEM" } },
      { action: "signing-key.rotate", reason: "a drill", actor: { type: "USER" } },
    ]);
  });

  it("a key that is revoked signs nothing that either gateway takes after 5 s; clients refresh and go on", async () => {
    const person = await register("Rudi");
    const leaked = kidOf(person.accessToken);
    for (const url of gateways) expect(await reasonAt(url, person.accessToken)).toBeUndefined();

    const { revokeSigningKey } = await admin.data<{ revokeSigningKey: { status: string } }>(
      'mutation ($kid: String!) { revokeSigningKey(kid: $kid, reason: "leaked") { status } }',
      { kid: leaked },
    );
    expect(revokeSigningKey.status).toBe("RETIRED");
    for (const url of gateways) {
      await expect.poll(() => reasonAt(url, person.accessToken), WITHIN).toBe("TOKEN_INVALID");
    }
    // The refused token comes along, as it does from a client that sends it with everything.
    const renewed = await refresh(replicas.endpoint, person.refreshToken, person.accessToken);
    expect(kidOf(renewed.accessToken)).not.toBe(leaked);
    for (const url of gateways) expect(await reasonAt(url, renewed.accessToken)).toBeUndefined();

    admin = await administrator();
    expect(await statusOf(leaked)).toBe("RETIRED");
    expect(await eventsOf(leaked)).toContainEqual({
      action: "signing-key.revoke",
      reason: "leaked",
      actor: { type: "USER" },
    });
  });

  it("nobody rotates keys without signing-keys:manage", async () => {
    const person = await register("Olaf");
    expect((await person.error(ROTATE, { reason: "mine" })).extensions.reason).toBe("PERMISSION_MISSING");
    expect((await person.error("{ signingKeys { kid } }")).extensions.reason).toBe("PERMISSION_MISSING");
    expect((await admin.error(ROTATE, { reason: " " })).extensions.fields).toMatchObject([{ path: "reason" }]);
  });

  it("private keys are unreadable in the database, and gone once retired", async () => {
    const database = new pg.Client({ connectionString: await ownerDatabaseUrl(inject("supergraph")) });
    await database.connect();
    try {
      const { rows } = await database.query<{ status: string; public_jwk: object; sealed: Buffer | null }>(
        "select status, public_jwk, private_jwk_encrypted as sealed from auth.signing_key",
      );
      expect(rows.map(({ status }) => status)).toEqual(expect.arrayContaining(["ACTIVE", "RETIRING", "RETIRED"]));
      for (const { status, public_jwk, sealed } of rows) {
        expect(Object.keys(public_jwk)).not.toContain("d");
        expect(sealed === null).toBe(status === "RETIRED");
        expect(sealed?.toString("latin1") ?? "").not.toMatch(/"(d|kty|crv)"/);
      }
    } finally {
      await database.end();
    }
  });
});
