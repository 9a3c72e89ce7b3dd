import { AuditTrail } from "@supergraph/audit-trail";
import { systemErrorOf } from "@supergraph/errors";
import { Database, newId } from "@supergraph/persistence";
import { createLog } from "@supergraph/service";
import { disposableDatabase, type DisposableDatabase } from "@supergraph/testing";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { RefreshFamily } from "./refresh-family.js";
import { hashOfToken, RefreshTokens } from "./refresh-token.js";
import { RefreshTokenRepository } from "./refresh-token.repository.js";
import { SessionChangeRepository } from "./session-change.repository.js";
import { SESSION_SECONDS } from "./session-issuer.js";
import { SessionRepository, type SessionRow } from "./session.repository.js";

const userId = newId();

describe("a refresh token", () => {
  let disposable: DisposableDatabase;
  let owner: Database;
  let database: Database;
  let audit: AuditTrail;
  let sessions: SessionRepository;
  let refreshTokens: RefreshTokenRepository;
  const tokens = new RefreshTokens(new Uint8Array(32).fill(3));
  beforeAll(async () => {
    disposable = await disposableDatabase();
    owner = new Database({ url: disposable.ownerUrl, schema: "auth" });
    database = new Database({ url: disposable.url("auth"), schema: "auth" });
    audit = new AuditTrail("auth", database, createLog("auth", "silent"));
    sessions = new SessionRepository(database);
    refreshTokens = new RefreshTokenRepository(database);
  });
  afterAll(async () => {
    await owner.close();
    await database.close();
    await disposable.drop();
  });
  beforeEach(async () => {
    await owner.run((query) => query.raw("truncate session, refresh_token, session_change, audit_outbox"));
  });

  const begin = async (origin: Partial<SessionRow> = {}, seconds = SESSION_SECONDS) => {
    const session = await sessions.insert(
      {
        id: newId(),
        user_id: userId,
        ip: null,
        user_agent: null,
        amr: ["pwd", "otp"],
        impersonator_id: null,
        ...origin,
      },
      seconds,
    );
    const token = tokens.first();
    await refreshTokens.insert({ token_hash: hashOfToken(token), session_id: session.id, generation: 0 }, seconds);
    return { session, token };
  };
  const trade = (token: string) =>
    audit.attempt(
      { action: "auth.refresh", identity: { caller: undefined, request: {} }, path: "refreshSession" },
      () =>
        new RefreshFamily({
          database,
          sessions,
          refreshTokens,
          tokens,
          sessionChanges: new SessionChangeRepository(database),
          audit,
        }).trade(token),
    );
  const refusal = (token: string) =>
    trade(token).then(
      () => undefined,
      (error: unknown) => systemErrorOf(error)?.reason,
    );
  const later = (seconds: number) =>
    owner.run((query) => query.raw("update refresh_token set used_at = used_at - make_interval(secs => ?)", [seconds]));
  const suspicious = () =>
    owner.run((query) =>
      query("audit_outbox").whereRaw("metadata @> '{\"suspicious\": true}'").select("reason", "outcome", "session_id"),
    );

  it("that tabs present at once brings each the same successor, of the same session, which works", async () => {
    const { session, token } = await begin();
    const tabs = await Promise.all([1, 2, 3].map(() => trade(token)));
    expect(new Set(tabs.map(({ successor }) => successor)).size).toBe(1);
    for (const tab of tabs) expect(tab.session).toMatchObject({ id: session.id, amr: ["pwd", "otp"] });
    expect((await trade(tabs[0]?.successor ?? "")).session.id).toBe(session.id);
    expect(await suspicious()).toEqual([]);
  });

  it("that was just replaced brings the same successor for 10 s", async () => {
    const { token } = await begin();
    const { successor } = await trade(token);
    await later(9);
    expect((await trade(token)).successor).toBe(successor);
  });

  it("that comes later than that ends the family, though its successor was never used", async () => {
    const { token } = await begin();
    const { successor } = await trade(token);
    await later(11);
    expect(await refusal(token)).toBe("REFRESH_TOKEN_REUSED");
    expect(await refusal(successor)).toBe("REFRESH_TOKEN_INVALID");
  });

  it("that comes later than 10 s after its successor was used ends the family, with one suspicious event", async () => {
    const { session, token } = await begin();
    const { successor } = await trade(token);
    const current = await trade(successor);
    await later(11);
    expect(await Promise.all([1, 2, 3].map(() => refusal(token)))).toEqual(Array(3).fill("REFRESH_TOKEN_REUSED"));
    expect(await refusal(current.successor)).toBe("REFRESH_TOKEN_INVALID");
    expect(await suspicious()).toEqual([
      { reason: "REFRESH_TOKEN_REUSED", outcome: "failure", session_id: session.id },
    ]);
    const changes = await owner.run((query) => query("session_change").pluck<string[]>("subject_id"));
    expect(changes).toEqual([session.id]);
  });

  it("that is older than the one just replaced ends the family at once", async () => {
    const { token } = await begin();
    const { successor } = await trade(token);
    await trade(successor);
    expect(await refusal(token)).toBe("REFRESH_TOKEN_REUSED");
    expect(await suspicious()).toHaveLength(1);
  });

  it("of a session that has ended is refused, and nobody is suspected", async () => {
    const { session, token } = await begin();
    const { successor } = await trade(token);
    await sessions.end({ id: session.id });
    await later(11);
    expect(await refusal(successor)).toBe("REFRESH_TOKEN_INVALID");
    expect(await refusal(token)).toBe("REFRESH_TOKEN_REUSED");
    expect(await suspicious()).toEqual([]);
  });

  it("that has expired is refused", async () => {
    const { token } = await begin();
    await owner.run((query) => query.raw("update refresh_token set expires_at = now()"));
    expect(await refusal(token)).toBe("REFRESH_TOKEN_INVALID");
  });

  it("that never was, or is an access token, is refused", async () => {
    expect(await refusal("x".repeat(43))).toBe("REFRESH_TOKEN_INVALID");
    expect(await refusal("eyJhbGciOiJFUzI1NiJ9.e30.c2ln")).toBe("REFRESH_TOKEN_INVALID");
  });

  it("prolongs its session to 30 days, but not one of somebody who impersonates", async () => {
    const person = await begin({}, 60);
    const impersonator = await begin({ impersonator_id: newId() }, 60);
    const lasts = async (token: string) =>
      Math.round(((await trade(token)).session.expires_at.getTime() - Date.now()) / 1_000);
    expect(await lasts(person.token)).toBeGreaterThan(SESSION_SECONDS - 60);
    expect(await lasts(impersonator.token)).toBeLessThanOrEqual(60);
  });

  it("prolongs no session beyond 180 days from the sign-in", async () => {
    const { token } = await begin();
    await owner.run((query) => query.raw("update session set created_at = now() - interval '179 days'"));
    const { session } = await trade(token);
    expect(session.expires_at.getTime() - Date.now()).toBeLessThanOrEqual(24 * 60 * 60 * 1_000);
  });
});
