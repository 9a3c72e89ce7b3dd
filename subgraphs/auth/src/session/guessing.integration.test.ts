import { hash } from "@node-rs/bcrypt";
import { AuditTrail } from "@supergraph/audit-trail";
import { Database, newId } from "@supergraph/persistence";
import { createLog } from "@supergraph/service";
import { Caller } from "@supergraph/subgraph";
import { disposableDatabase, type DisposableDatabase } from "@supergraph/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AccountRepository } from "../account/account.repository.js";
import { Passwords } from "../account/password.js";
import { AuthApi } from "../fixtures/auth-api.fixture.js";
import { KnownAddressRepository } from "../rate-limit/known-address.repository.js";
import { limitRules } from "../rate-limit/limit-rules.js";
import { inPostgres } from "../rate-limit/limiter-store.js";
import { RateLimitRepository } from "../rate-limit/rate-limit.repository.js";
import { RateLimits } from "../rate-limit/rate-limits.js";
import { SignInGuard } from "../rate-limit/sign-in-guard.js";
import { SubjectHash } from "../rate-limit/subject-hash.js";
import { SignInService, type SignInDependencies } from "./sign-in.service.js";

const PASSWORD = "correct horse battery";
const LOGIN = "mutation ($input: LoginInput!) { login(input: $input) { session { id } } }";

describe("guessing at the sign-in", () => {
  let api: AuthApi;
  let replica: AuthApi;
  beforeAll(async () => {
    api = await AuthApi.start();
    replica = await api.replica();
  });
  afterAll(async () => {
    await replica.stop();
    await api.stop();
  });

  const account = async (change: object = {}) => {
    const user_id = newId();
    const email = `${user_id}@example.com`;
    const password_hash = await hash(PASSWORD, { cost: 4 });
    await api.owner.run((query) => query("account").insert({ user_id, email, password_hash, ...change }));
    return { user_id, email };
  };
  const login = async (email: string, password: string, ip = "192.0.2.9", on = api) =>
    (await on.send(LOGIN, { input: { email, password } }, undefined, ip)).errors?.[0]?.extensions;
  const events = (email: string) =>
    api.owner.run((query) =>
      query("audit_outbox").where({ actor_label: email }).orderBy("id").select<Record<string, unknown>[]>("*"),
    );

  it("ends for a pair of account and address on every replica, each try leaves one event, and the holder gets in from elsewhere", async () => {
    const { user_id, email } = await account();
    for (let count = 0; count < 10; count++) {
      const refusal = await login(email, "not my password", undefined, count % 2 ? api : replica);
      expect(refusal).toMatchObject({ code: "UNAUTHENTICATED", reason: "INVALID_CREDENTIALS" });
    }
    for (const on of [api, replica]) {
      const refusal = await login(email, PASSWORD, undefined, on);
      expect(refusal).toMatchObject({ code: "RATE_LIMITED", reason: "TOO_MANY_REQUESTS" });
      expect(refusal?.retryAfterSeconds).toBeGreaterThan(800);
    }
    expect(await login(email, PASSWORD, "198.51.100.1")).toBeUndefined();
    const left = await events(email);
    expect(left).toHaveLength(13);
    expect(left[10]).toMatchObject({
      action: "auth.login",
      outcome: "failure",
      reason: "TOO_MANY_REQUESTS",
      user_id,
      entity_id: user_id,
      ip: "192.0.2.9",
    });
  });

  it("tells nothing of accounts that have no password, or are suspended, to who does not know the password", async () => {
    const without = await account({ password_hash: null });
    const suspended = await account({ status: "SUSPENDED" });
    const unknown = await login("nobody@example.com", PASSWORD);
    expect(unknown?.reason).toBe("INVALID_CREDENTIALS");
    for (const { email } of [without, suspended]) {
      expect((await login(email, "not my password"))?.reason).toBe("INVALID_CREDENTIALS");
    }
    expect((await login(without.email, PASSWORD))?.reason).toBe("INVALID_CREDENTIALS");
    expect(await login(suspended.email, PASSWORD)).toMatchObject({ code: "FORBIDDEN", reason: "ACCOUNT_NOT_ACTIVE" });
  });

  it("with what can be nobody's password is a wrong password", async () => {
    const { email } = await account();
    for (const password of ["x".repeat(73), "é".repeat(150), "🔑".repeat(80), "\uD800", ""]) {
      expect((await login(email, password))?.reason).toBe("INVALID_CREDENTIALS");
    }
    for (const password of ["x".repeat(2_000), "nul\0nul nul nul"]) {
      expect((await login(email, password))?.code).toBe("BAD_USER_INPUT");
    }
  });
});

/** The service over real statements and real hashes, of a lower cost: 400 of cost 12 take two minutes. */
describe("an unknown account and a wrong password", () => {
  const TRIES = 200;
  const COST = 6;
  let disposable: DisposableDatabase;
  let database: Database;
  let signIn: (email: string, ip: string) => Promise<void>;
  const known = Array.from({ length: TRIES }, (_, index) => `known-${index}@example.com`);
  beforeAll(async () => {
    disposable = await disposableDatabase();
    database = new Database({ url: disposable.url("auth"), schema: "auth" });
    const password_hash = await hash(PASSWORD, { cost: COST });
    await database.run((query) =>
      query("account").insert(known.map((email) => ({ user_id: newId(), email, password_hash }))),
    );
    const audit = new AuditTrail("auth", database, createLog("auth", "silent"));
    const accounts = new AccountRepository(database);
    const key = new SubjectHash(new Uint8Array(32).fill(7));
    const limits = new RateLimits(limitRules, inPostgres(new RateLimitRepository(database)), key);
    const guard = new SignInGuard(limits, new KnownAddressRepository(database), accounts, key);
    // Who is refused needs no more of the service than this.
    const use = { database, audit, accounts, limits, guard, passwords: new Passwords(COST) } as unknown;
    signIn = async (email, ip) => {
      const identity = { caller: undefined, request: { ip } };
      const service = new SignInService(new Caller(identity), use as SignInDependencies);
      const attempt = audit.attempt({ action: "auth.login", identity, path: "login" }, () =>
        service.login({ email, password: "not my password" }),
      );
      await expect(attempt).rejects.toMatchObject({ reason: "INVALID_CREDENTIALS" });
    };
  });
  afterAll(async () => {
    await database.close();
    await disposable.drop();
  });

  it("cause the same statements", async () => {
    const statementsOf = async (email: string) => {
      const statements: string[] = [];
      const stop = database.onStatement((sql) => statements.push(sql));
      await signIn(email, "198.51.100.2");
      stop();
      return statements;
    };
    await statementsOf("warm@example.com");
    const unknown = await statementsOf("unknown@example.com");
    expect(unknown.length).toBeGreaterThan(5);
    expect(await statementsOf(known[0] ?? "")).toEqual(unknown);
  });

  it("take the same time: over 200 tries of each one can't be told from the other", { timeout: 120_000 }, async () => {
    const times = { known: [] as number[], unknown: [] as number[] };
    for (let index = 0; index < TRIES; index++) {
      const tries = [
        { which: "known", email: known[index] ?? "" },
        { which: "unknown", email: `unknown-${index}@example.com` },
      ] as const;
      for (const { which, email } of index % 2 ? tries : [...tries].reverse()) {
        const began = performance.now();
        await signIn(email, `10.1.${index}.1`);
        times[which].push(performance.now() - began);
      }
    }
    const chance = chanceOfLonger(times.known, times.unknown);
    expect(chance).toBeGreaterThan(0.35);
    expect(chance).toBeLessThan(0.65);
  });
});

/** The chance that one of the first took longer than one of the second (Mann-Whitney's U, as a share): 0.5 is none. */
function chanceOfLonger(first: readonly number[], second: readonly number[]): number {
  let longer = 0;
  for (const one of first) for (const other of second) longer += one > other ? 1 : one === other ? 0.5 : 0;
  return longer / (first.length * second.length);
}
