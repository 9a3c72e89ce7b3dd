import type { Claims } from "@supergraph/identity";
import { newId } from "@supergraph/persistence";
import { decodeJwt } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AuthApi } from "../fixtures/auth-api.fixture.js";
import { SessionRepository } from "../session/session.repository.js";

const IMPERSONATE = `mutation ($userId: ID!, $reason: String! = "ticket 4711", $minutes: Int! = 15) {
  impersonate(userId: $userId, reason: $reason, minutes: $minutes) {
    tokens { accessToken refreshToken expiresIn } user { id }
    session { id current expiresAt createdAt user { id } impersonator { id } } } }`;
const REFRESH = `mutation ($token: String!) { refreshSession(refreshToken: $token) {
  tokens { accessToken refreshToken expiresIn } session { id expiresAt } } }`;
const SESSIONS = `query ($of: [_Any!]!) { _entities(representations: $of) {
  ... on User { sessions { id impersonator { id } } } } }`;
const REVOKE = "mutation ($id: ID!) { revokeSession(id: $id) { id } }";

interface Opened {
  tokens: { accessToken: string; refreshToken: string; expiresIn: number };
  user: { id: string };
  session: { id: string; current: boolean; expiresAt: string; createdAt: string; impersonator: { id: string } | null };
}

let api: AuthApi;
beforeAll(async () => {
  api = await AuthApi.start();
});
afterAll(() => api.stop());

/** Somebody with a role of exactly these permissions. */
const somebody = async (...permissions: string[]): Promise<Claims> => ({
  ...(await api.personWith(...permissions)).claims,
  amr: ["pwd", "otp", "mfa"],
});
const permit = ({ sub }: Claims, ...permissions: string[]) =>
  api.owner.run((query) =>
    query("role")
      .whereIn("id", query("role_grant").where({ user_id: sub }).select("role_id"))
      .update({ permissions }),
  );
const setStatus = ({ sub }: Claims, status: string) =>
  api.owner.run((query) => query("account").where({ user_id: sub }).update({ status }));
const support = (...more: string[]) => somebody("users:impersonate", "users:read:own", ...more);
const open = (of: Claims, by: Claims, more: object = {}) =>
  api.field<Opened>(IMPERSONATE, { userId: of.sub, ...more }, by);
const refusal = (of: string, by: Claims, more: object = {}) => api.reason(IMPERSONATE, { userId: of, ...more }, by);
/** Who the gateway is told that a session belongs to. */
const holderOf = async (sessionId: string): Promise<Partial<Claims>> => (await api.holderOf(sessionId)) ?? {};
const lastEvent = (action: string) =>
  api.owner.run((query) => query("audit_outbox").where({ action }).orderBy("id", "desc").first<object>("*"));

describe("impersonating somebody", () => {
  it("opens a session of theirs that names both, lives exactly that long, and is not the caller's", async () => {
    const [admin, person] = [await support(), await somebody("users:read:own")];
    const { tokens, user, session } = await open(person, admin, { minutes: 10 });
    expect(user.id).toBe(person.sub);
    expect(session).toMatchObject({ current: false, user: { id: person.sub }, impersonator: { id: admin.sub } });
    expect(Date.parse(session.expiresAt) - Date.parse(session.createdAt)).toBe(10 * 60_000);
    expect(tokens.expiresIn).toBeLessThanOrEqual(600);
    const { iat = 0, exp = 0 } = decodeJwt(tokens.accessToken);
    expect(exp - iat).toBe(tokens.expiresIn);
    expect(exp * 1_000).toBeLessThanOrEqual(Date.parse(session.expiresAt));
    expect(await holderOf(session.id)).toMatchObject({ sub: person.sub, act: { sub: admin.sub }, amr: admin.amr });
    expect(await lastEvent("user.impersonate")).toMatchObject({
      outcome: "success",
      reason: "ticket 4711",
      user_id: admin.sub,
      impersonator_id: null,
      entity_id: person.sub,
      metadata: { minutes: 10, sessionId: session.id },
    });
  });

  it("is not prolonged by refreshing, and the event of that names both", async () => {
    const [admin, person] = [await support(), await somebody()];
    const { tokens, session } = await open(person, admin, { minutes: 60 });
    expect(tokens.expiresIn).toBe(900);
    await api.owner.run((query) =>
      query("session")
        .where({ id: session.id })
        .update({ expires_at: query.raw("now() + interval '2 minutes'") as unknown as Date }),
    );
    const refreshed = await api.field<Opened>(REFRESH, { token: tokens.refreshToken });
    expect(Date.parse(refreshed.session.expiresAt)).toBeLessThan(Date.now() + 130_000);
    expect(refreshed.tokens.expiresIn).toBeLessThanOrEqual(120);
    expect(await lastEvent("auth.refresh")).toMatchObject({ user_id: person.sub, impersonator_id: admin.sub });
    await api.owner.run((query) =>
      query("session")
        .where({ id: session.id })
        .update({ expires_at: query.fn.now() as unknown as Date }),
    );
    const { refreshToken } = refreshed.tokens;
    expect(await api.reason(REFRESH, { token: refreshToken })).toBe("REFRESH_TOKEN_INVALID");
    expect(await holderOf(session.id)).toEqual({});
  });

  it("leaves the caller who they are", async () => {
    const [admin, person] = [await support(), await somebody()];
    const response = await api.inject(IMPERSONATE, { userId: person.sub }, admin);
    expect(response.json()).toHaveProperty("data.impersonate.user.id", person.sub);
    expect(response.headers).not.toHaveProperty("x-session-claims");
  });

  it("is refused of oneself, of nobody, of who is not active, and without a reason or within other bounds", async () => {
    const [admin, person] = [await support(), await somebody()];
    expect(await refusal(admin.sub, admin)).toBe("INVALID_INPUT");
    for (const id of [newId(), "x"]) expect(await refusal(id, admin)).toBe("USER_NOT_FOUND");
    for (const reason of ["", " \n", "x".repeat(501)])
      expect(await refusal(person.sub, admin, { reason })).toBe("INVALID_INPUT");
    for (const minutes of [-1, 0, 61]) expect(await refusal(person.sub, admin, { minutes })).toBe("INVALID_INPUT");
    for (const status of ["SUSPENDED", "DELETED"]) {
      await setStatus(person, status);
      expect(await refusal(person.sub, admin)).toBe("ACCOUNT_NOT_ACTIVE");
    }
    expect(await lastEvent("user.impersonate")).toMatchObject({ outcome: "denied", entity_id: person.sub });
  });

  it.each([
    ["a permission that the caller lacks", "users:update"],
    ["all records where the caller has their own", "users:read"],
    ["everything", "*"],
  ])("is refused of who holds %s", async (_, permission) => {
    const [admin, person] = [await support(), await somebody("users:read:own", permission)];
    expect(await refusal(person.sub, admin)).toBe("PERMISSION_MISSING");
  });

  it("is refused to an API key, and to who impersonates already", async () => {
    const [admin, person] = [await support(), await somebody()];
    expect(await refusal(person.sub, { ...admin, client: "api_key" })).toBe("IN_PERSON_ONLY");
    expect(await refusal(person.sub, { ...admin, act: { sub: newId() } })).toBe("IN_PERSON_ONLY");
    expect(await refusal(person.sub, await somebody("users:read"))).toBe("PERMISSION_MISSING");
  });

  it("gives no more than both hold, whoever is promoted meanwhile", async () => {
    const [admin, person] = [await support("Product:read"), await somebody("Product:read")];
    const { session } = await open(person, admin);
    await permit(person, "*");
    const { permissions = [] } = await holderOf(session.id);
    expect([...permissions].sort()).toEqual(["Product:read", "users:impersonate", "users:read:own"]);
    await permit(person, "Product:read:own", "users:suspend");
    expect((await holderOf(session.id)).permissions).toEqual(["Product:read:own"]);
  });

  it("ends when the caller may not impersonate any more, or is suspended", async () => {
    const [admin, person] = [await support(), await somebody()];
    const { session } = await open(person, admin);
    await setStatus(admin, "SUSPENDED");
    expect(await holderOf(session.id)).toEqual({});
    await setStatus(admin, "ACTIVE");
    expect(await holderOf(session.id)).toMatchObject({ sub: person.sub });
    await permit(admin, "users:read");
    expect(await holderOf(session.id)).toEqual({});
  });

  it("ends when the caller signs out everywhere", async () => {
    const [admin, person] = [await support(), await somebody()];
    const { session } = await open(person, admin);
    expect(await api.field("mutation { logoutEverywhere }", {}, admin)).toBe(1);
    expect(await holderOf(session.id)).toEqual({});
    expect(await api.lastChange()).toEqual({ kind: "session", subject_id: session.id });
  });

  it("shows among the person's sessions, and they may end it", async () => {
    const [admin, person] = [await support(), await somebody()];
    const { session } = await open(person, admin);
    const { data } = await api.send(SESSIONS, { of: [{ __typename: "User", id: person.sub }] }, person);
    expect(data?._entities).toEqual([{ sessions: [{ id: session.id, impersonator: { id: admin.sub } }] }]);
    expect(await api.reason(REVOKE, { id: session.id }, person)).toBeUndefined();
    expect(await holderOf(session.id)).toEqual({});
  });

  it("may end itself, but none of the person's other sessions", async () => {
    const [admin, person] = [await support("sessions:revoke"), await somebody("sessions:revoke")];
    const [one, other] = [await open(person, admin), await open(person, admin)];
    const impersonator: Claims = { ...person, sid: one.session.id, act: { sub: admin.sub } };
    expect(await api.reason(REVOKE, { id: other.session.id }, impersonator)).toBe("IN_PERSON_ONLY");
    expect(await lastEvent("session.revoke")).toMatchObject({ user_id: person.sub, impersonator_id: admin.sub });
    expect(await api.reason("mutation { logoutEverywhere }", {}, impersonator)).toBe("IN_PERSON_ONLY");
    expect(await holderOf(other.session.id)).toMatchObject({ sub: person.sub });
    expect(await api.reason(REVOKE, { id: one.session.id }, impersonator)).toBeUndefined();
    expect(await holderOf(one.session.id)).toEqual({});
  });

  it("is told in the person's export, without where it came from: that is the impersonator's own", async () => {
    const [admin, person] = [await support(), await somebody()];
    const { session } = await open(person, admin);
    const held = await new SessionRepository(api.owner).findByUser(person.sub);
    expect(held).toMatchObject([{ id: session.id, impersonator_id: admin.sub, ip: null, user_agent: null }]);
    expect(await api.owner.run((query) => query("session").where({ id: session.id }).pluck("ip"))).toEqual([
      "192.0.2.7",
    ]);
  });
});
