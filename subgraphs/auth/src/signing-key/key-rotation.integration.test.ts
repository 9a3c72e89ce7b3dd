import { AuditTrail } from "@supergraph/audit-trail";
import { systemErrorOf } from "@supergraph/errors";
import { EncryptionAtRest, Database } from "@supergraph/persistence";
import { createLog } from "@supergraph/service";
import { disposableDatabase, type DisposableDatabase } from "@supergraph/testing";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { SessionChangeRepository } from "../session/session-change.repository.js";
import { KeyRing } from "./key-ring.js";
import { KeyRotation } from "./key-rotation.js";
import { SigningKeyRepository } from "./signing-key.repository.js";
import { SigningKeyStatus } from "./signing-key.type.js";

const { PUBLISHED, ACTIVE, RETIRING, RETIRED } = SigningKeyStatus;
const encryption = new EncryptionAtRest(new Uint8Array(32).fill(1));

describe("the life of a signing key", () => {
  let disposable: DisposableDatabase;
  let database: Database;
  let owner: Database;
  let keys: SigningKeyRepository;
  /** Two replicas of the auth service. */
  let rings: [KeyRing, KeyRing];
  let rotations: [KeyRotation, KeyRotation];
  const rotationOf = (rotationDays: number) => {
    const sessionChanges = new SessionChangeRepository(database);
    const audit = new AuditTrail("auth", database, createLog("auth", "silent"));
    return new KeyRotation({ database, keys, encryption, sessionChanges, audit, rotationDays });
  };
  beforeAll(async () => {
    disposable = await disposableDatabase();
    database = new Database({ url: disposable.url("auth"), schema: "auth" });
    owner = new Database({ url: disposable.ownerUrl, schema: "auth" });
    keys = new SigningKeyRepository(database);
    rotations = [rotationOf(90), rotationOf(90)];
  });
  afterAll(async () => {
    await database.close();
    await owner.close();
    await disposable.drop();
  });
  beforeEach(async () => {
    await owner.run((query) => query.raw("truncate signing_key, session_change, audit_outbox"));
    rings = [new KeyRing(database, keys, encryption), new KeyRing(database, keys, encryption)];
    for (const ring of rings) await ring.ensureActiveKey();
  });

  const signing = async () => Promise.all(rings.map(async (ring) => (await ring.activeKey()).kid));
  const published = async () => (await rings[0].publicKeys()).keys.map(({ kid }) => kid).sort();
  const advance = () => Promise.all(rotations.map((rotation) => rotation.advance()));
  const later = (seconds: number) =>
    owner.run((query) =>
      query.raw(
        `update signing_key set created_at = created_at - :ago, activated_at = activated_at - :ago,
         replaced_at = replaced_at - :ago`.replaceAll(":ago", "make_interval(secs => ?)"),
        [seconds, seconds, seconds],
      ),
    );
  const events = () =>
    owner.run((query) => query("audit_outbox").orderBy("id").select("action", "actor_type", "entity_id", "reason"));
  const changes = () => owner.run((query) => query("session_change").orderBy("position").pluck("kind"));

  it("begins in the JWKS alone, for the 10 s that gateways have to learn of it", async () => {
    const [before] = await signing();
    const { kid } = await rotations[0].publish();
    await later(9);
    await advance();
    expect(await published()).toEqual([before, kid].sort());
    expect(await signing()).toEqual([before, before]);
    expect(await changes()).toEqual(["keys"]);
  });

  it("goes on to signing, on every replica at once, beside the one before, whose tokens still count", async () => {
    const [before] = await signing();
    const { kid } = await rotations[0].publish();
    await later(10);
    await advance();
    expect(await signing()).toEqual([kid, kid]);
    expect(await published()).toEqual([before, kid].sort());
    expect(await keys.find(before ?? "")).toMatchObject({ status: RETIRING });
    expect(await events()).toEqual([
      { action: "signing-key.activate", actor_type: "system", entity_id: kid, reason: null },
    ]);
  });

  it("ends when the last token of it has expired: out of the JWKS, its private part gone", async () => {
    const [before = ""] = await signing();
    const { kid } = await rotations[0].publish();
    await later(10);
    await advance();
    await later(15 * 60 + 59);
    await advance();
    expect(await published()).toEqual([before, kid].sort());
    await later(1);
    await advance();
    expect(await published()).toEqual([kid]);
    expect(await keys.find(before)).toMatchObject({ status: RETIRED, private_jwk_encrypted: null });
    expect(await changes()).toEqual(["keys", "keys"]);
    expect(await events()).toMatchObject([
      { action: "signing-key.activate", entity_id: kid },
      { action: "signing-key.retire", actor_type: "system", entity_id: before },
    ]);
  });

  it("has one successor at a time, whoever asks at the same moment", async () => {
    const tries = await Promise.allSettled(rotations.map((rotation) => rotation.publish()));
    const refusals = tries.flatMap((tried) => (tried.status === "rejected" ? [systemErrorOf(tried.reason)] : []));
    expect(refusals.map((error) => [error?.code, error?.reason])).toEqual([["CONFLICT", "KEY_ROTATION_UNDER_WAY"]]);
    expect(await keys.list([PUBLISHED])).toHaveLength(1);
  });

  it("lasts 90 days, and is replaced by itself, once, by the system", async () => {
    const [before] = await signing();
    await later(90 * 24 * 60 * 60 - 60);
    await advance();
    expect(await keys.list([PUBLISHED])).toHaveLength(0);
    await later(60);
    await Promise.all([advance(), advance()]);
    const [successor, ...others] = await keys.list([PUBLISHED]);
    expect(others).toEqual([]);
    expect(await signing()).toEqual([before, before]);
    expect(await events()).toEqual([
      {
        action: "signing-key.rotate",
        actor_type: "system",
        entity_id: successor?.kid,
        reason: "older than 90 days",
      },
    ]);
  });

  it("lasts for ever when SIGNING_KEY_ROTATION_DAYS is 0", async () => {
    await later(3_650 * 24 * 60 * 60);
    await rotationOf(0).advance();
    expect(await keys.list([PUBLISHED])).toEqual([]);
  });

  it("ends at once when it is revoked, and another signs at once on every replica", async () => {
    const [before = ""] = await signing();
    const { revoked, replacement } = await rotations[0].revoke(before);
    expect(revoked).toMatchObject({ kid: before, status: RETIRED, private_jwk_encrypted: null });
    expect(replacement).toMatchObject({ status: ACTIVE });
    expect(await signing()).toEqual([replacement?.kid, replacement?.kid]);
    expect(await published()).toEqual([replacement?.kid]);
    expect(await changes()).toEqual(["keys"]);
    expect((await rotations[1].revoke(before)).replacement).toBeUndefined();
    expect(await changes()).toEqual(["keys"]);
  });

  it("that is revoked before it signed leaves the one that signs in place", async () => {
    const before = await signing();
    const { kid } = await rotations[0].publish();
    await rotations[0].revoke(kid);
    await later(10);
    await advance();
    expect(await signing()).toEqual(before);
  });
});
