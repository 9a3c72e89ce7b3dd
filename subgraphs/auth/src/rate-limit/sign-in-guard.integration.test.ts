import { Database } from "@supergraph/persistence";
import { createLog } from "@supergraph/service";
import { disposableDatabase, type DisposableDatabase } from "@supergraph/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AccountRepository } from "../account/account.repository.js";
import { startRedis } from "../fixtures/redis.fixture.js";
import { KnownAddressRepository } from "./known-address.repository.js";
import { limitRules } from "./limit-rules.js";
import { connectRedis, inMemory, inPostgres, inRedis, type LimiterStore } from "./limiter-store.js";
import { RateLimitRepository } from "./rate-limit.repository.js";
import { RateLimits } from "./rate-limits.js";
import { SignInGuard } from "./sign-in-guard.js";
import { SubjectHash } from "./subject-hash.js";

const userId = "01990000-0000-7000-8000-000000000001";
const email = "Ada@example.com";
const hash = new SubjectHash(new Uint8Array(32).fill(7));
/** Where it is; empty on a machine that lacks it. */
const redisServer = process.env.REDIS_SERVER;
const wrong = () => Promise.resolve(false);
const right = () => Promise.resolve(true);
const REFUSED = { reason: "TOO_MANY_REQUESTS", code: "RATE_LIMITED" };

/** Addresses that nobody else in this file uses. */
const addresses = (() => {
  let last = 0;
  return () => `10.${Math.floor(++last / 65_536)}.${Math.floor(last / 256) % 256}.${last % 256}`;
})();

describe("guessing passwords", () => {
  let disposable: DisposableDatabase;
  let database: Database;
  let other: Database;
  let owner: Database;
  beforeAll(async () => {
    disposable = await disposableDatabase();
    const connect = () => new Database({ url: disposable.url("auth"), schema: "auth" });
    [database, other] = [connect(), connect()];
    owner = new Database({ url: disposable.ownerUrl, schema: "auth" });
    await database.run((query) => query("account").insert({ user_id: userId, email }));
  });
  afterAll(async () => {
    for (const open of [database, other, owner]) await open.close();
    await disposable.drop();
  });

  /** One replica's guard; replicas share what the store shares. */
  const guardOn = (
    on: Database,
    store: LimiterStore = inPostgres(new RateLimitRepository(on)),
  ): { guard: SignInGuard; limits: RateLimits } => {
    const limits = new RateLimits(limitRules, store, hash);
    return { limits, guard: new SignInGuard(limits, new KnownAddressRepository(on), new AccountRepository(on), hash) };
  };
  const fail = async (guard: SignInGuard, times: number, guess: { email?: string; ip?: () => string }) => {
    for (let count = 0; count < times; count++) {
      const tried = { email: guess.email ?? email, userId: undefined, ip: guess.ip?.() };
      expect(await guard.password(tried, wrong)).toBe(false);
    }
  };

  it("ends after ten wrong ones for one account from one address, on every replica, and the right one is not tried", async () => {
    const replicas = [guardOn(database).guard, guardOn(other).guard];
    const ip = addresses();
    for (const guard of [...replicas, ...replicas, ...replicas, ...replicas, ...replicas]) {
      await fail(guard, 1, { ip: () => ip });
    }
    for (const guard of replicas) {
      const tried = guard.password({ email: email.toUpperCase(), userId, ip }, () => {
        throw new Error("must not be tried");
      });
      await expect(tried).rejects.toMatchObject(REFUSED);
      const refusal = (await tried.catch((error: unknown) => error)) as { extensions: { retryAfterSeconds: number } };
      expect(refusal.extensions.retryAfterSeconds).toBeGreaterThan(800);
      expect(refusal.extensions.retryAfterSeconds).toBeLessThanOrEqual(900);
      expect(await guard.password({ email, userId, ip: addresses() }, right)).toBe(true);
    }
  });

  it("is refused alike for accounts that don't exist", async () => {
    const { guard } = guardOn(database);
    const [ip, unknown] = [addresses(), "nobody@example.com"];
    await fail(guard, 10, { email: unknown, ip: () => ip });
    await expect(guard.password({ email: unknown, userId: undefined, ip }, wrong)).rejects.toMatchObject(REFUSED);
  });

  it("is counted for an address in whichever spelling, so that spellings don't tell whether there is an account", async () => {
    const { guard } = guardOn(database);
    const ip = addresses();
    const spellings = [
      "spelled@example.com",
      "SPELLED@example.com",
      "spelled@ｅｘａｍｐｌｅ.com",
      "spelled@example。com",
    ];
    for (const unknown of spellings) await fail(guard, 2, { email: unknown, ip: () => ip });
    await fail(guard, 2, { email: "spelled@EXAMPLE.com", ip: () => ip });
    for (const unknown of spellings) {
      await expect(guard.password({ email: unknown, userId: undefined, ip }, wrong)).rejects.toMatchObject(REFUSED);
    }
  });

  it("can't be outrun by guessing all at once, on two replicas", async () => {
    const [one, two] = [guardOn(database).guard, guardOn(other).guard];
    const ip = addresses();
    let tried = 0;
    const guesses = Array.from({ length: 40 }, (_, index) =>
      (index % 2 ? one : two).password({ email, userId, ip }, () => {
        tried++;
        return wrong();
      }),
    );
    const outcomes = await Promise.allSettled(guesses);
    expect(outcomes.filter(({ status }) => status === "rejected")).toHaveLength(30);
    expect(tried).toBe(10);
  });

  it("is no guess when it is right: a person signs in from thirty windows at once", async () => {
    const { guard } = guardOn(database);
    const ip = addresses();
    const once = () => guard.password({ email, userId, ip }, right);
    expect(await Promise.all(Array.from({ length: 30 }, once))).not.toContain(false);
  });

  it("stays counted when the unit of work that failed is rolled back", async () => {
    const { guard } = guardOn(database);
    const ip = addresses();
    for (let count = 0; count < 10; count++) {
      const unit = database.unitOfWork(async () => {
        await guard.password({ email: "rolled@example.com", userId: undefined, ip }, wrong);
        throw new Error("INVALID_CREDENTIALS");
      });
      await expect(unit).rejects.toThrow("INVALID_CREDENTIALS");
    }
    await expect(guard.password({ email: "rolled@example.com", userId: undefined, ip }, right)).rejects.toMatchObject(
      REFUSED,
    );
  });

  it("is forgotten by the right one, and not counted when nobody could tell", async () => {
    const { guard } = guardOn(database);
    const ip = addresses();
    const guess = { email: "forgotten@example.com", userId, ip };
    for (let round = 0; round < 3; round++) {
      await fail(guard, 9, { email: guess.email, ip: () => ip });
      expect(await guard.password(guess, right)).toBe(true);
    }
    for (let count = 0; count < 20; count++) {
      await expect(guard.password(guess, () => Promise.reject(new Error("too busy")))).rejects.toThrow("too busy");
    }
    expect(await guard.password(guess, right)).toBe(true);
  });

  it("ends for an address after 300 wrong ones, whatever the accounts", async () => {
    const { guard } = guardOn(database);
    const ip = addresses();
    for (let count = 0; count < 300; count++) await fail(guard, 1, { email: `${count}@example.com`, ip: () => ip });
    const another = { email: "one-more@example.com", userId: undefined };
    await expect(guard.password({ ...another, ip }, right)).rejects.toMatchObject(REFUSED);
    expect(await guard.password({ ...another, ip: addresses() }, right)).toBe(true);
  });

  it("of one account from everywhere leaves its holder a way in, where they have signed in from before", async () => {
    const { guard } = guardOn(database);
    const home = addresses();
    await guard.signedIn(userId, home);
    await guard.lift(userId);
    await fail(guard, 100, { ip: addresses });

    const elsewhere = { email, userId, ip: addresses() };
    await expect(guard.password(elsewhere, right)).rejects.toMatchObject(REFUSED);
    expect(await guard.password({ email, userId, ip: home }, right)).toBe(true);

    await database.run((query) =>
      query("known_address").update({ signed_in_at: query.raw("now() - interval '31 days'") as unknown as Date }),
    );
    await expect(guard.password({ email, userId, ip: home }, right)).rejects.toMatchObject(REFUSED);
    await guard.prune();
    expect(await database.run((query) => query("known_address").select("*"))).toEqual([]);

    await guard.lift(userId, elsewhere.ip);
    expect(await guard.password(elsewhere, right)).toBe(true);
  });

  it("of a second factor ends after ten wrong ones", async () => {
    const { guard } = guardOn(database);
    for (let count = 0; count < 10; count++) expect(await guard.secondFactor(userId, wrong)).toBe(false);
    await expect(guard.secondFactor(userId, right)).rejects.toMatchObject(REFUSED);
  });

  it("leaves no address in the database, and nothing at all once it no longer counts", async () => {
    const { guard } = guardOn(database);
    const ip = addresses();
    await fail(guard, 1, { ip: () => ip });
    await guard.signedIn(userId, ip);
    for (const table of ["rate_limit", "known_address"]) {
      const rows = JSON.stringify(await owner.run((query) => query(table).select("*"))).toLowerCase();
      expect(rows).not.toContain(ip);
      expect(rows).not.toContain(email.toLowerCase());
    }
    await database.run((query) => query("rate_limit").update({ expire: Date.now() - 1 }));
    await new RateLimitRepository(database).prune();
    expect(await owner.run((query) => query("rate_limit").select("*"))).toEqual([]);
  });

  if (redisServer) {
    it("is counted by replicas together in Redis, and goes on when Redis has gone", async () => {
      const server = await startRedis(redisServer);
      const log = createLog("auth", "silent");
      const connections = [connectRedis(server.url, log), connectRedis(server.url, log)];
      const replicas = connections.map((redis) => guardOn(database, inRedis(redis)).guard);
      for (const redis of connections) await expect.poll(() => redis.status).toBe("ready");
      const ip = addresses();
      for (let count = 0; count < 5; count++) for (const guard of replicas) await fail(guard, 1, { ip: () => ip });
      for (const guard of replicas) {
        const refusal: unknown = await guard.password({ email, userId, ip }, right).catch((error: unknown) => error);
        expect(refusal).toMatchObject(REFUSED);
        const { extensions } = refusal as { extensions: { retryAfterSeconds: number } };
        expect(extensions.retryAfterSeconds).toBeGreaterThan(800);
        expect(await guard.password({ email, userId, ip: addresses() }, right)).toBe(true);
      }
      expect((await connections[0]?.keys("*"))?.join()).not.toContain(ip);

      const [first] = replicas;
      await first?.lift(userId, ip);
      expect(await first?.password({ email, userId, ip }, right)).toBe(true);

      await server.stop();
      await expect.poll(() => connections[0]?.status).not.toBe("ready");
      for (let count = 0; count < 10; count++) expect(await first?.password({ email, userId, ip }, wrong)).toBe(false);
      await expect(first?.password({ email, userId, ip }, right)).rejects.toMatchObject(REFUSED);
      for (const redis of connections) redis.disconnect();
    });
  }

  it("is limited by each replica for itself while the store is out of reach", async () => {
    const gone = new Database({ url: disposable.url("auth"), schema: "auth" });
    await gone.close();
    const redis = connectRedis("redis://127.0.0.1:1", createLog("auth", "silent"));
    for (const store of [inPostgres(new RateLimitRepository(gone)), inRedis(redis), inMemory]) {
      const { guard, limits } = guardOn(database, store);
      const ip = addresses();
      await fail(guard, 10, { ip: () => ip });
      await expect(guard.password({ email, userId, ip }, right)).rejects.toMatchObject(REFUSED);
      for (let count = 0; count < 5; count++) expect(await limits.allows("mail-to-account", userId)).toBe(true);
      expect(await limits.allows("mail-to-account", userId)).toBe(false);
      await expect(limits.limit("mail-to-account", userId)).rejects.toMatchObject(REFUSED);
    }
    redis.disconnect();
  });
});
