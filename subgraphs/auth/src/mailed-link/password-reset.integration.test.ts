import { AuditTrail } from "@supergraph/audit-trail";
import { Database } from "@supergraph/persistence";
import { createLog } from "@supergraph/service";
import { disposableDatabase, type DisposableDatabase } from "@supergraph/testing";
import { Caller } from "@supergraph/subgraph";
import { afterAll, beforeAll, expect, it } from "vitest";
import { AccountRepository } from "../account/account.repository.js";
import { EndOfAccess } from "../account/end-of-access.js";
import { ApiKeyRepository } from "../api-key/api-key.repository.js";
import { MailJobRepository } from "../mail/mail-job.repository.js";
import { MailService } from "../mail/mail.service.js";
import { MailTokenRepository } from "../mail/mail-token.repository.js";
import { KnownAddressRepository } from "../rate-limit/known-address.repository.js";
import { limitRules } from "../rate-limit/limit-rules.js";
import { inPostgres } from "../rate-limit/limiter-store.js";
import { RateLimitRepository } from "../rate-limit/rate-limit.repository.js";
import { RateLimits } from "../rate-limit/rate-limits.js";
import { SignInGuard } from "../rate-limit/sign-in-guard.js";
import { SubjectHash } from "../rate-limit/subject-hash.js";
import { RoleRepository } from "../role/role.repository.js";
import { SessionChangeRepository } from "../session/session-change.repository.js";
import { SessionRepository } from "../session/session.repository.js";
import { MailedLinks } from "./mailed-links.js";
import { PasswordResetService } from "./password-reset.service.js";

let disposable: DisposableDatabase;
let database: Database;
beforeAll(async () => {
  disposable = await disposableDatabase();
  database = new Database({ url: disposable.url("auth"), schema: "auth" });
});
afterAll(async () => {
  await database.close();
  await disposable.drop();
});

it("a password reset is requested by the very same statements for a known and an unknown address", async () => {
  const accounts = new AccountRepository(database);
  await accounts.insert({
    user_id: "01990000-0000-7000-8000-000000000001",
    email: "known@example.com",
    password_hash: null,
  });
  const audit = new AuditTrail("auth", database, createLog("auth", "silent"));
  const tokens = new MailTokenRepository(database);
  const jobs = new MailJobRepository(database);
  const hash = new SubjectHash(new Uint8Array(32));
  const limits = new RateLimits(limitRules, inPostgres(new RateLimitRepository(database)), hash);
  const mail = new MailService({ database, jobs, tokens, wake: () => undefined, isSetUp: true });
  const resets = new PasswordResetService(new Caller({ caller: undefined, request: { ip: "192.0.2.1" } }), {
    accounts,
    endOfAccess: new EndOfAccess(
      new SessionRepository(database),
      new ApiKeyRepository(database),
      new RoleRepository(database),
      mail,
      new SessionChangeRepository(database),
    ),
    limits,
    guard: new SignInGuard(limits, new KnownAddressRepository(database), accounts, hash),
    mail,
    links: new MailedLinks(database, tokens, accounts, audit),
    audit,
  });
  const statementsFor = async (email: string) => {
    const statements: string[] = [];
    const stop = database.onStatement((sql) => statements.push(sql));
    const attempt = { action: "auth.request-password-reset", identity: { caller: undefined, request: {} }, path: "r" };
    await audit.attempt(attempt, () => resets.request(email));
    stop();
    return statements;
  };
  const known = await statementsFor("KNOWN@example.com");
  expect(known.length).toBeGreaterThan(3);
  expect(await statementsFor("unknown@example.com")).toEqual(known);
  expect(await statementsFor("no address at all")).toEqual(known);
});
