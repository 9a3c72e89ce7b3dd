import pg from "pg";
import { describe, expect, it } from "vitest";
import { disposableDatabase } from "./disposable-database.js";

describe("a disposable database", () => {
  it("is migrated, and nobody else's", async () => {
    const [one, other] = await Promise.all([disposableDatabase(), disposableDatabase()]);
    try {
      await query(one.ownerUrl, "delete from auth.role where name = 'auditor'");
      expect(await query(one.ownerUrl, "select name from auth.role order by id")).toEqual([["admin"], ["user"]]);
      expect(await query(other.ownerUrl, "select name from auth.role order by id")).toHaveLength(3);
    } finally {
      await Promise.all([one.drop(), other.drop()]);
    }
  });

  it("lets a service in with the rights that it has in production", async () => {
    const database = await disposableDatabase();
    try {
      expect(await query(database.url("users"), "select count(*)::int from person")).toEqual([[0]]);
      await expect(query(database.url("users"), "select * from auth.account")).rejects.toMatchObject({ code: "42501" });
      await expect(query(database.url("auth"), "delete from audit_outbox")).rejects.toMatchObject({ code: "42501" });
    } finally {
      await database.drop();
    }
  });

  it("is gone once it is dropped, even while somebody is connected", async () => {
    const database = await disposableDatabase();
    const client = new pg.Client({ connectionString: database.url("users") });
    const ended = new Promise((resolve) => client.on("error", resolve));
    await client.connect();
    await database.drop();
    await expect(ended).resolves.toBeDefined();
    await expect(query(database.ownerUrl, "select 1")).rejects.toMatchObject({ code: "3D000" });
  });
});

async function query(url: string, text: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<unknown[]>({ text, rowMode: "array" })).rows;
  } finally {
    await client.end();
  }
}
