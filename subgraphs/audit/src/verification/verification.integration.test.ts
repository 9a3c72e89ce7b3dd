import { AuditTrail } from "@supergraph/audit-trail";
import { createLog } from "@supergraph/service";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { auditApi, person, type Ask } from "../fixtures/audit-api.fixture.js";
import { testKey } from "../fixtures/audit-parts.fixture.js";
import { tamperableLog } from "../fixtures/tamperable-log.fixture.js";
import { VerificationWatch } from "./verification-watch.js";
import { UnverifiableLog, verifyStoredLog, type StoredLogOptions } from "./verify-stored-log.js";

const DAY_MS = 24 * 60 * 60_000;
const auditor = person("01900000-0000-7000-8000-0000000000aa", "audit:verify");
const change = "update audit.event set outcome = 'denied' where leaf_index = 300";

let log: Awaited<ReturnType<typeof tamperableLog>>;
let as: Awaited<ReturnType<typeof auditApi>>;

beforeAll(async () => {
  log = await tamperableLog();
  as = await auditApi(log.audit, { leavesReads: true });
});
afterEach(() => log.restore());
afterAll(() => log.close());

describe("verifyAuditLog", () => {
  const verify = (ask: Ask, args: object = {}) =>
    ask(
      `query ($from: BigInt, $to: BigInt, $against: String) {
        verifyAuditLog(fromIndex: $from, toIndex: $to, against: $against) {
          ok checkedFrom checkedTo rootHash problems { leafIndex kind message }
        }
      }`,
      { ...args },
    );

  it("answers what was checked and found, and leaves an event", async () => {
    const { root } = await log.parts.tree.head();
    const whole = { checkedFrom: 0, checkedTo: 600, rootHash: root.toString("hex") };
    const against = await log.notes();
    const { data } = await verify(as(auditor), { against });
    expect(data?.verifyAuditLog).toEqual({ ok: true, ...whole, problems: [] });
    await log.tamper(change);
    const tampered = await verify(as(auditor));
    const message: unknown = expect.stringContaining("Leaf 300");
    const problems = [{ leafIndex: 300, kind: "MODIFIED", message }];
    expect(tampered.data?.verifyAuditLog).toEqual({ ok: false, ...whole, problems });
    const left = await log.value<string>(
      "select count(*) as value from audit.audit_outbox where action = 'audit.verify' and outcome = 'success'",
    );
    expect(left).toBe("2");
  });

  it.each([
    [{ from: 3, to: 2 }, "fromIndex"],
    [{ from: -1 }, "fromIndex"],
    [{ to: 601 }, "toIndex"],
    [{ to: "9007199254740993" }, "toIndex"],
    [{ against: "not a note" }, "against"],
    [{ against: "" }, "against"],
    [
      { against: "another/log\n3\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n\n— another/log AAAAAAAA\n" },
      "against",
    ],
  ])("refuses %j", async (args, field) => {
    const { reasons, fields } = await verify(as(auditor), args);
    expect({ reasons, fields }).toEqual({ reasons: ["INVALID_INPUT"], fields: [[field]] });
  });

  it("is for who may verify", async () => {
    expect((await verify(as(person("01900000-0000-7000-8000-0000000000ab", "audit:read")))).reasons).toEqual([
      "PERMISSION_MISSING",
    ]);
  });
});

describe("the check in the background", () => {
  const watch = () => {
    const silent = createLog("audit", "silent");
    const audit = new AuditTrail("audit", log.audit, silent);
    return new VerificationWatch({ ...log.parts, audit, log: silent, everyMinutes: 60 });
  };

  it("goes on from where it was, and reads all once a day", async () => {
    const own = watch();
    expect(await own.check(0)).toMatchObject({ from: 0, to: 600 });
    expect(await own.check(60_000)).toMatchObject({ from: 600, to: 600 });
    expect(await own.check(DAY_MS)).toMatchObject({ from: 0, to: 600 });
  });

  it("leaves an event of what it found, until nothing is wrong any more", async () => {
    const own = watch();
    await log.tamper(change);
    expect((await own.check(0))?.problems.count).toBe(1);
    expect((await own.check(60_000))?.problems.count).toBe(1);
    const metadata = await log.value<{ problems: object[] }>(
      `select metadata as value from audit.audit_outbox
       where action = 'audit.verification-failed' and outcome = 'failure' and reason = 'AUDIT_LOG_NOT_PROVEN'
       and actor_type = 'system' limit 1`,
    );
    expect(metadata).toMatchObject({ from: 0, to: 600, problems: [{ kind: "MODIFIED", leafIndex: 300 }] });
    await log.restore();
    expect((await own.check(120_000))?.problems.count).toBe(0);
  });

  it("notices a tail that was cut with its checkpoints since its last check", async () => {
    const own = watch();
    await own.check(0);
    await log.tamper(
      "delete from audit.event where leaf_index >= 300",
      "delete from audit.tile where index > 0",
      "update audit.tree set size = 300, root = (select root_hash from audit.checkpoint where tree_size = 300)",
      "update audit.tree set last_leaves = (select string_agg(leaf_hash, '' order by leaf_index) from audit.event where leaf_index >= 256)",
      "delete from audit.checkpoint where tree_size > 300",
    );
    expect((await own.check(60_000))?.problems.list).toMatchObject([{ kind: "TRUNCATED", leafIndex: 300 }]);
  });

  it("is one replica's at a time", async () => {
    await log.owner.unitOfWork(async () => {
      await log.owner.run((query) =>
        query.raw("select pg_advisory_xact_lock(hashtextextended('audit.verification', 0))"),
      );
      expect(await watch().check(0)).toBeUndefined();
    });
  });
});

describe("the store, checked by its owner", () => {
  const check = (given: Partial<StoredLogOptions> = {}) =>
    verifyStoredLog({
      url: log.disposable.ownerUrl,
      wrappingKeys: [Buffer.from(testKey, "base64")],
      verifierKey: undefined,
      checkpoints: undefined,
      from: undefined,
      to: undefined,
      ...given,
    });

  it("is proven with the wrapping key, which opens the log's own, and against a witness's copy", async () => {
    const verdict = await check({ checkpoints: await log.notes() });
    expect(verdict.problems.list).toEqual([]);
    expect(verdict).toMatchObject({ valuesUnchecked: undefined, verifierKey: log.parts.signer.verifierKey });
    expect(verdict.compared).toBeGreaterThanOrEqual(6);
  });

  it("is proven by the verifier key alone, but for people's values", async () => {
    const verdict = await check({ wrappingKeys: [], verifierKey: log.parts.signer.verifierKey });
    expect(verdict.problems.list).toEqual([]);
    expect(verdict.valuesUnchecked).toBe("AUDIT_KEY_ENCRYPTION_KEY is not given");
  });

  it("names what was changed", async () => {
    await log.tamper(change);
    expect((await check()).problems.list).toMatchObject([{ kind: "MODIFIED", leafIndex: 300 }]);
  });

  it.each<[string, Partial<StoredLogOptions>]>([
    ["no key at all", { wrappingKeys: [] }],
    ["another wrapping key", { wrappingKeys: [Buffer.alloc(32, 7)] }],
    ["a key that is none", { verifierKey: "none" }],
    ["a note that is none", { checkpoints: "none" }],
    ["an empty copy", { checkpoints: "\n" }],
    ["a range beyond the log", { to: 601 }],
  ])("can't be checked with %s", async (_, given) => {
    await expect(check(given)).rejects.toThrow(UnverifiableLog);
  });
});
