import { hashOfApiKey, newApiKey } from "@supergraph/identity";
import { Database, newId } from "@supergraph/persistence";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AuthApi } from "../fixtures/auth-api.fixture.js";
import { SessionRepository } from "../session/session.repository.js";
import { ApiKeyRepository } from "./api-key.repository.js";

const HOUR_AGO = "now() - interval '1 hour'";

describe("the use of sessions and API keys", () => {
  let api: AuthApi;
  beforeAll(async () => {
    api = await AuthApi.start();
  });
  afterAll(() => api.stop());

  /** Somebody's session and two keys, last used an hour ago. */
  const someone = async () => {
    const { id: userId, claims } = await api.personWith("users:read");
    const [sessionId, keyIds, keys] = [newId(), [newId(), newId()], [newApiKey(), newApiKey()]];
    await api.owner.run((query) =>
      query("session").insert({
        id: sessionId,
        user_id: userId,
        expires_at: query.raw("now() + interval '1 day'"),
        last_seen_at: query.raw(HOUR_AGO),
      }),
    );
    for (const [index, id] of keyIds.entries()) {
      await api.owner.run((query) =>
        query("api_key").insert({
          id,
          user_id: userId,
          name: "CI",
          prefix: "sgk_1234",
          secret_hash: hashOfApiKey(keys[index] ?? ""),
          permissions: ["users:read"],
          last_used_at: query.raw(HOUR_AGO),
        }),
      );
    }
    return { userId, claims, sessionId, keyIds, keys };
  };
  const lastUses = async (userId: string) => {
    const keys = await api.owner.run((query) => query("api_key").where({ user_id: userId }).pluck("last_used_at"));
    const sessions = await api.owner.run((query) => query("session").where({ user_id: userId }).pluck("last_seen_at"));
    return [...keys, ...sessions].map((at: Date) => (Date.now() - at.getTime() < 30 * 60_000 ? "now" : "an hour ago"));
  };

  it("is written when gateways report it, in one statement a kind, and not when they ask whose they are", async () => {
    const database = new Database({ url: api.disposable.url("auth"), schema: "auth" });
    const statements: string[] = [];
    database.onStatement((sql) => statements.push(sql));
    const [keys, sessions] = [new ApiKeyRepository(database), new SessionRepository(database)];
    const { userId, sessionId, keyIds, keys: secrets } = await someone();
    for (const key of secrets) expect(await keys.findHolder(hashOfApiKey(key))).toBeDefined();
    expect(await sessions.findHolder(sessionId)).toBeDefined();
    expect(statements.filter((sql) => !sql.startsWith("select"))).toEqual([]);
    expect(await lastUses(userId)).toEqual(["an hour ago", "an hour ago", "an hour ago"]);

    statements.length = 0;
    await keys.noteUse(keyIds);
    await sessions.noteUse([sessionId]);
    expect(statements).toHaveLength(2);
    await database.close();
    expect(await lastUses(userId)).toEqual(["now", "now", "now"]);
  });

  it("may be reported by several gateways at one time, each in its own order, of ids that are gone too", async () => {
    const { userId, sessionId, keyIds } = await someone();
    const reports = Array.from({ length: 10 }, (_, index) =>
      api.internal("credential-use", {
        sessions: [sessionId, newId()],
        apiKeys: index % 2 === 0 ? keyIds : [newId(), ...keyIds.toReversed()],
      }),
    );
    expect((await Promise.all(reports)).map(({ statusCode }) => statusCode)).toEqual(Array(10).fill(204));
    expect(await lastUses(userId)).toEqual(["now", "now", "now"]);
  });

  it("is for services to report: a person may not", async () => {
    const { claims, userId, keyIds } = await someone();
    const refused = await api.internal("credential-use", { sessions: [], apiKeys: keyIds }, claims);
    expect(refused.statusCode).toBe(403);
    expect(await lastUses(userId)).toEqual(["an hour ago", "an hour ago", "an hour ago"]);
  });
});
