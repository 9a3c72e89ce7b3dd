import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { AuditTrail } from "@supergraph/audit-trail";
import { UndoableCreation } from "@supergraph/intent";
import { Database, newId } from "@supergraph/persistence";
import { createLog } from "@supergraph/service";
import { Caller } from "@supergraph/subgraph";
import { disposableDatabase, type DisposableDatabase } from "@supergraph/testing";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { ApiKeyRepository } from "../api-key/api-key.repository.js";
import { MailJobRepository } from "../mail/mail-job.repository.js";
import { MailTokenRepository } from "../mail/mail-token.repository.js";
import { MailService } from "../mail/mail.service.js";
import { LastAdministrator } from "../role/last-administrator.js";
import { ADMINISTRATOR, RoleRepository } from "../role/role.repository.js";
import { RoleService } from "../role/role.service.js";
import { SessionChangeRepository } from "../session/session-change.repository.js";
import { SessionRepository } from "../session/session.repository.js";
import { AccountRepository } from "./account.repository.js";
import { AccountService } from "./account.service.js";
import { EndOfAccess } from "./end-of-access.js";

let disposable: DisposableDatabase;
let database: Database;
let accounts: AccountRepository;
let roles: RoleRepository;
let service: AccountService;
let roleService: RoleService;

beforeAll(async () => {
  disposable = await disposableDatabase();
  database = new Database({ url: disposable.url("auth"), schema: "auth" });
  accounts = new AccountRepository(database);
  roles = new RoleRepository(database);
  const sessions = new SessionRepository(database);
  const changes = new SessionChangeRepository(database);
  const mail = new MailService({
    database,
    jobs: new MailJobRepository(database),
    tokens: new MailTokenRepository(database),
    wake: () => undefined,
    isSetUp: true,
  });
  const lastAdministrator = new LastAdministrator(roles);
  const endOfAccess = new EndOfAccess(sessions, new ApiKeyRepository(database), roles, mail, changes);
  const creations = new UndoableCreation(database);
  service = new AccountService(database, accounts, creations, roles, lastAdministrator, endOfAccess, mail);
  const caller = new Caller({
    caller: { sub: newId(), roles: [ADMINISTRATOR], permissions: ["*"], client: "user" },
    request: {},
  });
  const audit = new AuditTrail("auth", database, createLog("auth", "silent"));
  roleService = new RoleService(caller, roles, lastAdministrator, accounts, changes, audit);
});
beforeEach(async () => {
  for (const table of ["role_grant", "account"]) await database.run((query) => query(table).delete());
});
afterAll(async () => {
  await database.close();
  await disposable.drop();
});

async function person(...roleNames: string[]): Promise<string> {
  const id = newId();
  await accounts.insert({ user_id: id, email: `${id}@example.com`, password_hash: null });
  if (roleNames.length > 0) await roles.grantByName(id, roleNames);
  return id;
}

/** Ways to take somebody from the administrators. */
const REMOVALS: Record<string, (id: string) => Promise<unknown>> = {
  suspended: (id) => service.setStatus(id, "SUSPENDED"),
  deleted: (id) => service.setStatus(id, "DELETED"),
  erased: (id) => service.remove(id),
  stripped: async (id) => {
    const role = (await roles.findAll()).find(({ name }) => name === ADMINISTRATOR);
    await database.unitOfWork(() => roleService.unassign(id, role?.id ?? ""));
  },
};
const ways = Object.keys(REMOVALS);

describe("the last administrator", () => {
  it.each(ways)("can't be %s", async (way) => {
    const id = await person(ADMINISTRATOR, "user");
    await person("user");
    await expect(REMOVALS[way]?.(id)).rejects.toMatchObject({ reason: "LAST_ADMINISTRATOR" });
    expect(await accounts.findById(id)).toMatchObject({ status: "ACTIVE" });
    expect((await roles.findByUsers([id])).map(({ name }) => name)).toEqual([ADMINISTRATOR, "user"]);
  });

  it.each(ways)("is not the last while another is active; one who is suspended doesn't count: %s", async (way) => {
    const [first, second, third] = [
      await person(ADMINISTRATOR),
      await person(ADMINISTRATOR),
      await person(ADMINISTRATOR),
    ];
    await service.setStatus(third, "SUSPENDED");
    await REMOVALS[way]?.(first);
    await expect(REMOVALS[way]?.(second)).rejects.toMatchObject({ reason: "LAST_ADMINISTRATOR" });
  });

  it.each(ways.flatMap((one) => ways.map((other) => [one, other] as const)))(
    "is left when two are %s and %s at the same moment",
    async (one, other) => {
      const [first, second] = [await person(ADMINISTRATOR), await person(ADMINISTRATOR)];
      const ended = await Promise.allSettled([REMOVALS[one]?.(first), REMOVALS[other]?.(second)]);
      expect(ended.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
      const refused = ended.find((result) => result.status === "rejected");
      expect(refused?.reason).toMatchObject({ reason: "LAST_ADMINISTRATOR" });
      expect(await roles.hasActiveAdministrator()).toBe(true);
    },
  );

  it("is left when they leave while another, who has just become one, is being suspended", async () => {
    const [administrator, ordinary] = [await person(ADMINISTRATOR), await person()];
    const lastAdministrator = new LastAdministrator(roles);
    const [begun, made] = [Promise.withResolvers<undefined>(), Promise.withResolvers<undefined>()];
    const suspension = database.unitOfWork(() =>
      lastAdministrator.outlives(ordinary, async () => {
        begun.resolve(undefined);
        await made.promise;
        await accounts.update(ordinary, { status: "SUSPENDED" });
      }),
    );
    await begun.promise;
    await roles.grantByName(ordinary, [ADMINISTRATOR]);
    const leaving = service.setStatus(administrator, "DELETED");
    // It has done so, or waits for the suspension.
    await Promise.race([leaving.catch(() => undefined), sleep(300)]);
    made.resolve(undefined);
    await Promise.allSettled([suspension, leaving]);
    expect(await roles.hasActiveAdministrator()).toBe(true);
  });
});

describe("an account that users asks for", () => {
  it("is an ordinary user's without a password, is asked to set one, and is made once", async () => {
    const id = newId();
    for (const _ of [1, 2]) await service.create(id, "grace@example.com");
    expect(await accounts.findById(id)).toMatchObject({ email: "grace@example.com", password_hash: null });
    expect(await roles.findByUsers([id])).toMatchObject([{ name: "user" }]);
    const mails = await database.run((query) => query("mail_job").where({ user_id: id }).select("kind"));
    expect(mails).toEqual([{ kind: "set-password" }]);
  });

  it("of another's address is refused", async () => {
    await service.create(newId(), "taken@example.com");
    await expect(service.create(newId(), "TAKEN@example.com")).rejects.toMatchObject({ reason: "EMAIL_TAKEN" });
  });

  it("that was undone is not made by a request that comes late", async () => {
    const id = newId();
    await service.remove(id);
    await expect(service.create(id, "late@example.com")).rejects.toMatchObject({ reason: "TOOK_TOO_LONG" });
    expect(await accounts.findById(id)).toBeUndefined();
  });
});

describe("an account that is deleted", () => {
  it("is without sessions, refresh tokens, API keys, links and roles; reactivated, it is an ordinary user's", async () => {
    await person(ADMINISTRATOR);
    const id = await person(ADMINISTRATOR, "auditor");
    await everythingOf(id);
    await service.setStatus(id, "DELETED");
    const left = await database.run(async (query) => ({
      sessions: await query("session").where({ user_id: id }).whereNull("ended_at"),
      tokens: await query("refresh_token").whereIn("session_id", query("session").where({ user_id: id }).select("id")),
      keys: await query("api_key").where({ user_id: id }).whereNull("revoked_at"),
      links: await query("mail_token").where({ user_id: id }).whereNull("used_at"),
      roles: await query("role_grant").where({ user_id: id }),
    }));
    expect(left).toEqual({ sessions: [], tokens: [], keys: [], links: [], roles: [] });
    const change = await database.run((query) => query("session_change").orderBy("position", "desc").first("*"));
    expect(change).toMatchObject({ kind: "user", subject_id: id });

    await service.setStatus(id, "ACTIVE");
    expect(await roles.findByUsers([id])).toMatchObject([{ name: "user" }]);
  });
});

describe("an account that is removed", () => {
  it("leaves no row of the person in any table, nor their address", async () => {
    await person(ADMINISTRATOR);
    const id = await person("user");
    await everythingOf(id);
    const origin = { ip: "192.0.2.99", user_agent: "their very own browser" };
    const asAnother = { id: newId(), user_id: await person("user"), impersonator_id: id, ...origin };
    await database.run((query) => query("session").insert({ ...asAnother, expires_at: new Date() }));
    // The test must know of every table that holds people, so that one added later is seen to be emptied.
    const tables = await columnsNamed("user_id");
    for (const table of tables)
      expect(await rowsOf(table, id), `no row in ${table}: add one in everythingOf`).not.toBe(0);
    await service.remove(id);
    for (const table of tables) expect(await rowsOf(table, id), table).toBe(0);
    for (const table of await allTables()) {
      const rows = JSON.stringify(await database.run((query) => query(table).select("*")));
      for (const value of [`${id}@example.com`, ...Object.values(origin)]) expect(rows, table).not.toContain(value);
    }
  });
});

async function allTables(): Promise<string[]> {
  const tables = await database.run((query) =>
    query("information_schema.tables").where({ table_schema: "auth", table_type: "BASE TABLE" }).pluck("table_name"),
  );
  return tables as string[];
}

async function columnsNamed(column: string): Promise<string[]> {
  const tables = await database.run((query) =>
    query("information_schema.columns").where({ table_schema: "auth", column_name: column }).pluck("table_name"),
  );
  return (tables as string[]).filter((table) => table !== "audit_outbox");
}

async function rowsOf(table: string, userId: string): Promise<number> {
  return (await database.run((query) => query(table).where({ user_id: userId }).select("user_id"))).length;
}

/** A row of the person in every table that has people. */
async function everythingOf(id: string): Promise<void> {
  const email = `${id}@example.com`;
  const expires_at = new Date(Date.now() + 60_000);
  const hash = () => Buffer.from(randomUUID());
  const session = newId();
  const rows: [string, Record<string, unknown>][] = [
    ["session", { id: session, user_id: id, expires_at }],
    ["refresh_token", { token_hash: hash(), session_id: session, generation: 0, expires_at }],
    ["api_key", { id: newId(), user_id: id, name: "k", prefix: "p", secret_hash: hash(), permissions: [] }],
    ["mail_job", { id: newId(), kind: "verify-email", user_id: id }],
    ["mail_job", { id: newId(), kind: "reset-password", email }],
    ["mail_token", { user_id: id, kind: "reset-password", token_hash: hash(), email, expires_at }],
    ["known_address", { user_id: id, address_hash: hash() }],
    ["totp", { user_id: id, secret_encrypted: hash(), confirmed_at: new Date(), last_used_step: 1 }],
    ["totp_enrollment", { user_id: id, secret_encrypted: hash() }],
    ["recovery_code", { user_id: id, code_hash: hash() }],
    ["external_identity", { issuer: "https://id.example", subject: id, user_id: id }],
    ["authorization_code", { code_hash: hash(), user_id: id, redirect_uri: "x", code_challenge: "x", expires_at }],
    ["intent", { id: newId(), kind: "change-email", user_id: id, payload: JSON.stringify({ email }), attempt: "{}" }],
  ];
  for (const [table, row] of rows) await database.run((query) => query(table).insert(row));
}
