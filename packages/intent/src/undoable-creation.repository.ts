import { SystemError } from "@supergraph/errors";
import type { Database } from "@supergraph/persistence";

/**
 * Rows that this service makes for another, which may undo it. The request to make one may still be on its way when the
 * one to undo it arrives, for who sent it has died: what was undone is not made any more (table `undone`).
 */
export class UndoableCreation {
  constructor(private readonly database: Database) {}

  /** @throws SystemError TOOK_TOO_LONG when it was undone before */
  async create(id: string, make: () => Promise<void>): Promise<void> {
    await this.#alone(id, async () => {
      const undone = await this.database.run((query) => query("undone").where({ id }).first<{ id: string }>("id"));
      if (undone) throw new SystemError("TOOK_TOO_LONG");
      await make();
    });
  }

  async undo(id: string, unmake: () => Promise<void>): Promise<void> {
    await this.#alone(id, async () => {
      await unmake();
      await this.database.run((query) => query("undone").whereRaw("undone_at < now() - interval '1 day'").delete());
      await this.database.run((query) => query("undone").insert({ id }).onConflict("id").ignore());
    });
  }

  /** One at a time for an id, which need not have a row to lock. */
  #alone(id: string, work: () => Promise<void>): Promise<void> {
    return this.database.unitOfWork(async () => {
      await this.database.run((query) => query.raw("select pg_advisory_xact_lock(hashtextextended(?, 0))", [id]));
      await work();
    });
  }
}
