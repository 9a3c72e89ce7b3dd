import { Writable } from "node:stream";
import { Database } from "@supergraph/persistence";
import { createLog } from "@supergraph/service";
import { disposableDatabase, type DisposableDatabase } from "@supergraph/testing";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { AccountRepository } from "../account/account.repository.js";
import { hashOfToken } from "../session/refresh-token.js";
import { MailJobRepository } from "./mail-job.repository.js";
import { mailPost } from "./mail-post.js";
import { MailService } from "./mail.service.js";
import { startSmtpServer } from "./smtp-server.fixture.js";

const ada = { user_id: "01990000-0000-7000-8000-000000000001", email: "ada@example.com" };
const bob = { user_id: "01990000-0000-7000-8000-000000000002", email: "bob@example.com" };
const MAIL_FROM = "Supergraph <no-reply@example.org>";

let disposable: DisposableDatabase;
let owner: Database;
let smtp: Awaited<ReturnType<typeof startSmtpServer>>;
const replicas: ReturnType<typeof replicaOf>[] = [];
let logged = "";

beforeAll(async () => {
  disposable = await disposableDatabase();
  owner = new Database({ url: disposable.ownerUrl, schema: "auth" });
  smtp = await startSmtpServer();
  for (const replica of ["one", "another"]) replicas.push(replicaOf(replica, smtp.url));
});
beforeEach(async () => {
  smtp.mails.length = 0;
  smtp.refuse(undefined);
  logged = "";
  for (const table of ["mail_job", "mail_token", "account"]) await owner.run((query) => query(table).delete());
  await owner.run((query) => query("account").insert([ada, bob]));
});
afterAll(async () => {
  for (const { post, database } of replicas) {
    await post.worker.stop();
    await database.close();
  }
  await smtp.close();
  await owner.close();
  await disposable.drop();
});

function replicaOf(name: string, smtpUrl: string | undefined, environment = "development") {
  const database = new Database({ url: disposable.url("auth"), schema: "auth" });
  const log = createLog(name, "info");
  // What the log would say goes to a string.
  const stream = Object.getOwnPropertySymbols(log).find(({ description }) => description === "pino.stream");
  if (stream)
    Object.assign(log, { [stream]: new Writable({ write: (chunk, _, done) => ((logged += String(chunk)), done()) }) });
  const settings = { NODE_ENV: environment, SMTP_URL: smtpUrl, MAIL_FROM, APP_URL: "https://app.example.org/base" };
  const { worker, tokens, outbox, service } = mailPost(settings, {
    database,
    accounts: new AccountRepository(database),
    log,
  });
  worker.start();
  // The tests say when the worker turns.
  const jobs = new MailJobRepository(database);
  const quiet = new MailService({ database, jobs, tokens, wake: () => undefined, isSetUp: true });
  return { database, post: { worker, outbox, service: quiet, isSetUp: () => service.assertSetUp() } };
}
const post = () => {
  const [first] = replicas;
  if (!first) throw new Error("There is no replica");
  return first.post;
};
const drain = () => Promise.all(replicas.map(({ post: { worker } }) => worker.drain()));
const jobs = () =>
  owner.run((query) =>
    query("mail_job").select<{ attempts: number; due_in: number }[]>(
      "attempts",
      query.raw("extract(epoch from due_at - now())::float as due_in"),
    ),
  );
const makeDue = () => owner.run((query) => query("mail_job").update({ due_at: query.fn.now() }));
const tokenIn = (text: string) => /[?&]token=([\w-]+)/.exec(text)?.[1] ?? "";

describe("a mail with a link", () => {
  it("goes out by SMTP to the account's own address, from MAIL_FROM, and leads to APP_URL", async () => {
    await post().service.passwordReset("ADA@Example.com");
    await drain();
    const [mail] = smtp.mails;
    expect(smtp.mails).toHaveLength(1);
    expect(mail).toMatchObject({ from: "no-reply@example.org", to: ["ada@example.com"] });
    expect(mail?.raw).toMatch(/^From: Supergraph <no-reply@example.org>\r$/m);
    expect(mail?.raw).toMatch(/^Auto-Submitted: auto-generated\r$/m);
    expect(mail?.text).toMatch(/https:\/\/app\.example\.org\/base\/account\/reset-password\?token=[\w-]{43}\s/);
    expect(await jobs()).toEqual([]);
  });

  it("stands in the database as a hash that lasts 30 minutes, and nowhere before it is sent", async () => {
    await post().service.passwordReset(ada.email);
    expect(await owner.run((query) => query("mail_token").select("*"))).toEqual([]);
    await drain();
    const rows = await owner.run((query) =>
      query("mail_token").select("*", query.raw("extract(epoch from expires_at - created_at)::int as seconds")),
    );
    const token = tokenIn(smtp.mails[0]?.text ?? "");
    expect(rows).toEqual([
      expect.objectContaining({ token_hash: hashOfToken(token), ...ada, kind: "reset-password", seconds: 1_800 }),
    ]);
    expect(JSON.stringify(rows)).not.toContain(token);
  });

  it("ends older ones of its kind, and no other's", async () => {
    const { service } = post();
    for (const send of [
      () => service.welcome(bob.user_id),
      () => service.verification(ada.user_id),
      () => service.passwordReset(ada.email),
      () => service.passwordReset(ada.email),
    ]) {
      await send();
      await drain();
    }
    const hashes = smtp.mails.map(({ text }) => hashOfToken(tokenIn(text)).toString("hex"));
    const kept = await owner.run((query) => query("mail_token").pluck<Buffer[]>("token_hash"));
    expect(kept.map((hash) => hash.toString("hex")).toSorted()).toEqual([hashes[0], hashes[1], hashes[3]].toSorted());
  });

  it("is not sent to nobody, to an account that is not active, or to verify what is verified", async () => {
    await owner.run((query) => query("account").where(bob).update({ status: "SUSPENDED" }));
    await owner.run((query) => query("account").where(ada).update({ email_verified: true }));
    await post().service.passwordReset("nobody@example.com");
    await post().service.passwordReset(bob.email);
    await post().service.welcome(bob.user_id);
    await post().service.verification(ada.user_id);
    await drain();
    expect(smtp.mails).toEqual([]);
    expect(await jobs()).toEqual([]);
  });

  it("to a new address that is another's is a notice to them instead", async () => {
    await post().service.emailChange(ada.user_id, "Bob@Example.com");
    await post().service.emailChange(ada.user_id, "ada@new.example");
    await drain();
    const [toBob, toNew] = smtp.mails.toSorted((one, other) => ((one.to[0] ?? "") < (other.to[0] ?? "") ? 1 : -1));
    expect([toBob?.to, toNew?.to]).toEqual([[bob.email], ["ada@new.example"]]);
    expect(toBob?.text).not.toContain("token=");
    expect(tokenIn(toNew?.text ?? "")).not.toBe("");
  });

  it("is ended, sent or not, when what proves who the person is changes", async () => {
    await post().service.verification(ada.user_id);
    await drain();
    await post().service.emailChange(ada.user_id, "ada@new.example");
    await post().service.notice("second-factor-off", ada.user_id);
    await post().service.endLinks(ada.user_id);
    await drain();
    expect(smtp.mails.map(({ raw }) => /^Subject: (.*)\r$/m.exec(raw)?.[1])).toEqual([
      "Verify your e-mail address",
      "Two-factor sign-in is off",
    ]);
    expect(await owner.run((query) => query("mail_token").select("*"))).toEqual([]);
  });
});

describe("a mail that can't be sent", () => {
  it("is tried again after growing pauses until the server takes it, and the log names no address", async () => {
    smtp.refuse("greylisted:");
    await post().service.notice("password-changed", ada.user_id);
    const pauses: number[] = [];
    for (let attempt = 1; attempt <= 4; attempt++) {
      await drain();
      const [job] = await jobs();
      expect(job?.attempts).toBe(attempt);
      pauses.push(Math.round(job?.due_in ?? 0));
      await drain();
      expect((await jobs())[0]?.attempts, "not before it is due").toBe(attempt);
      await makeDue();
    }
    expect(pauses).toEqual([2, 4, 8, 16]);
    expect(smtp.mails).toEqual([]);
    smtp.refuse(undefined);
    await drain();
    expect(smtp.mails.map(({ to }) => to)).toEqual([[ada.email]]);
    expect(await jobs()).toEqual([]);
    expect(logged).toContain('"smtp_status":451');
    expect(logged).not.toContain(ada.email);
  });

  it("is given up after a day, and the log says so", async () => {
    smtp.refuse("never");
    await post().service.notice("password-changed", ada.user_id);
    await drain();
    await post().worker.prune();
    expect(await jobs()).toHaveLength(1);
    await owner.run((query) => query.raw("update mail_job set created_at = created_at - interval '25 hours'"));
    await post().worker.prune();
    expect(await jobs()).toEqual([]);
    expect(logged).toContain("gave up on a mail");
  });

  it("for want of SMTP_URL in production says so in the log, and goes out once there is one", async () => {
    const { post: without, database } = replicaOf("without", undefined, "production");
    expect(without.isSetUp).toThrow(expect.objectContaining({ reason: "MAIL_NOT_SET_UP" }));
    await without.service.notice("password-changed", ada.user_id);
    await without.worker.drain();
    expect(logged).toContain("SMTP_URL is not set");
    expect(without.outbox).toBeUndefined();
    await without.worker.stop();
    await database.close();
    await makeDue();
    await drain();
    expect(smtp.mails).toHaveLength(1);
  });

  it("because the process died is sent by another, after its lease", async () => {
    await post().service.notice("password-changed", ada.user_id);
    // What a process does first, before it dies.
    await owner.run((query) => query.raw("update mail_job set attempts = 1, due_at = now() + interval '2 minutes'"));
    await drain();
    expect(smtp.mails).toEqual([]);
    await makeDue();
    await drain();
    expect(smtp.mails).toHaveLength(1);
  });
});

describe("two replicas", () => {
  it("send each mail once between them", async () => {
    for (let count = 0; count < 20; count++)
      await post().service.notice("password-changed", count % 2 ? ada.user_id : bob.user_id);
    await drain();
    expect(smtp.mails).toHaveLength(20);
    expect(await jobs()).toEqual([]);
  });
});

describe("the database", () => {
  it("keeps no tokens that expired, nor a mail to an address that is forgotten", async () => {
    await post().service.verification(ada.user_id);
    await post().service.verification(bob.user_id);
    await drain();
    await owner.run((query) =>
      query.raw("update mail_token set expires_at = now() - interval '2 hours' where user_id = ?", [ada.user_id]),
    );
    await post().worker.prune();
    expect(await owner.run((query) => query("mail_token").pluck("user_id"))).toEqual([bob.user_id]);
    await post().service.passwordReset("BOB@example.com");
    await post().service.forget(bob.email);
    expect(await jobs()).toEqual([]);
  });
});
