import { EncryptionAtRest, Database } from "@supergraph/persistence";
import { disposableDatabase, type DisposableDatabase } from "@supergraph/testing";
import { afterAll, beforeAll, expect, describe, it } from "vitest";
import { KeyRing } from "./key-ring.js";
import { SigningKeyRepository } from "./signing-key.repository.js";

const encryption = new EncryptionAtRest(new Uint8Array(32).fill(1));

describe("the key ring", () => {
  let disposable: DisposableDatabase;
  let database: Database;
  let ring: () => KeyRing;
  beforeAll(async () => {
    disposable = await disposableDatabase();
    database = new Database({ url: disposable.url("auth"), schema: "auth" });
    ring = () => new KeyRing(database, new SigningKeyRepository(database), encryption);
  });
  afterAll(async () => {
    await database.close();
    await disposable.drop();
  });

  it("is the same for replicas that start at once", async () => {
    const replicas = Array.from({ length: 5 }, () => ring());
    await Promise.all(replicas.map((replica) => replica.ensureActiveKey()));
    const kids = await Promise.all(replicas.map(async (replica) => (await replica.activeKey()).kid));
    expect(new Set(kids).size).toBe(1);
    expect((await ring().publicKeys()).keys.map(({ kid }) => kid)).toEqual([kids[0]]);
  });

  it("publishes no private part", async () => {
    const { keys } = await ring().publicKeys();
    expect(keys.map((key) => key.d)).toEqual([undefined]);
  });

  it("says so at the start when the encryption key is another than the one it was stored under", async () => {
    const otherKey = new EncryptionAtRest(new Uint8Array(32).fill(2));
    const other = new KeyRing(database, new SigningKeyRepository(database), otherKey);
    await expect(other.ensureActiveKey()).rejects.toThrow(/AUTH_KEY_ENCRYPTION_KEY/);
  });
});
