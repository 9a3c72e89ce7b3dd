import { Database, newId } from "@supergraph/persistence";
import { disposableDatabase, type DisposableDatabase } from "@supergraph/testing";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { PruningRepository } from "./pruning.repository.js";
import { hashOfToken } from "./refresh-token.js";
import { RefreshTokenRepository } from "./refresh-token.repository.js";
import { SessionChangeRepository } from "./session-change.repository.js";
import { SessionRepository } from "./session.repository.js";

describe("what is over", () => {
  let disposable: DisposableDatabase;
  let owner: Database;
  let database: Database;
  let sessions: SessionRepository;
  let changes: SessionChangeRepository;
  let pruning: PruningRepository;
  beforeAll(async () => {
    disposable = await disposableDatabase();
    owner = new Database({ url: disposable.ownerUrl, schema: "auth" });
    database = new Database({ url: disposable.url("auth"), schema: "auth" });
    sessions = new SessionRepository(database);
    changes = new SessionChangeRepository(database);
    pruning = new PruningRepository(database);
  });
  afterAll(async () => {
    await owner.close();
    await database.close();
    await disposable.drop();
  });
  beforeEach(async () => {
    await owner.run((query) => query.raw("truncate session, refresh_token, session_change restart identity"));
  });

  const begin = async (): Promise<string> => {
    const id = newId();
    const origin = { ip: null, user_agent: null, amr: ["pwd"], impersonator_id: null };
    await sessions.insert({ id, user_id: newId(), ...origin }, 3_600);
    const token = { token_hash: hashOfToken(id), session_id: id, generation: 0 };
    await new RefreshTokenRepository(database).insert(token, 3_600);
    return id;
  };
  const left = (table: string, column: string) =>
    owner.run((query) =>
      query(table)
        .pluck<string[]>(column)
        .then((ids) => ids.sort()),
    );
  const change = (table: string, id: string, set: string) =>
    owner.run((query) =>
      query.raw(`update ${table} set ${set} where ${table === "session" ? "id" : "session_id"} = ?`, [id]),
    );

  it("of sessions is deleted a day later, with its refresh tokens; what lasts stays", async () => {
    const [live, justEnded, endedLongAgo, expiredLongAgo] = [
      await begin(),
      await begin(),
      await begin(),
      await begin(),
    ];
    await sessions.end({ id: justEnded });
    await change("session", endedLongAgo, "ended_at = now() - interval '25 hours'");
    await change("session", expiredLongAgo, "expires_at = now() - interval '25 hours'");
    await pruning.deleteSessions(24);
    expect(await left("session", "id")).toEqual([live, justEnded].sort());
    expect(await left("refresh_token", "session_id")).toEqual([live, justEnded].sort());
  });

  it("of refresh tokens is deleted, and the session stays", async () => {
    const [live, other] = [await begin(), await begin()];
    await change("refresh_token", other, "expires_at = now() - interval '1 second'");
    await pruning.deleteRefreshTokens();
    expect(await left("refresh_token", "session_id")).toEqual([live]);
    expect(await left("session", "id")).toEqual([live, other].sort());
  });

  describe("of the feed of session changes", () => {
    const append = async (count: number) => {
      for (let index = 0; index < count; index++) await database.unitOfWork(() => changes.append("keys", null));
    };
    const age = (upTo: number) =>
      owner.run((query) =>
        query.raw("update session_change set occurred_at = now() - interval '25 hours' where position <= ?", [upTo]),
      );
    const kindsAfter = async (position: number) => {
      const news = await changes.findAfter(position, 100);
      return { position: news.position, kinds: news.changes.map(({ kind }) => kind) };
    };

    it("is deleted a day later, and a gateway that has not seen it is told to forget everything", async () => {
      await append(5);
      await age(3);
      await changes.prune(24);
      expect(await left("session_change", "position")).toEqual(["4", "5"]);
      expect(await kindsAfter(3)).toEqual({ position: 5, kinds: ["keys", "keys"] });
      expect(await kindsAfter(2)).toEqual({ position: 5, kinds: ["everyone", "keys", "keys"] });
      expect(await kindsAfter(5)).toEqual({ position: 5, kinds: [] });
    });

    it("is deleted but for the newest, so that its place is never lost", async () => {
      await append(3);
      await age(3);
      await changes.prune(24);
      expect(await left("session_change", "position")).toEqual(["3"]);
      expect(await kindsAfter(3)).toEqual({ position: 3, kinds: [] });
      expect(await kindsAfter(1)).toEqual({ position: 3, kinds: ["everyone", "keys"] });
      expect(await changes.currentPosition()).toBe(3);
    });

    it("is also what a database that was put back lacks: a gateway ahead of it is told to forget everything", async () => {
      await append(2);
      expect(await kindsAfter(7)).toEqual({ position: 2, kinds: ["everyone"] });
    });
  });
});
