import { newId, type Database } from "@supergraph/persistence";

export interface LegalHoldRow {
  id: string;
  user_id: string | null;
  entity_id: string | null;
  reason: string;
  placed_by: string;
  placed_at: Date;
  lift_reason: string | null;
  lifted_by: string | null;
  lifted_at: Date | null;
}

export type NewHold = Pick<LegalHoldRow, "user_id" | "entity_id" | "reason" | "placed_by">;

/** Who and what is held. */
export class LegalHoldRepository {
  constructor(private readonly database: Database) {}

  /** Those in force, newest first. */
  async inForce(): Promise<LegalHoldRow[]> {
    return this.database.run((query) =>
      query<LegalHoldRow>("legal_hold").whereNull("lifted_at").orderBy("placed_at", "desc").orderBy("id"),
    );
  }

  async place(hold: NewHold): Promise<LegalHoldRow> {
    const [row] = await this.database.run((query) =>
      query<LegalHoldRow>("legal_hold")
        .insert({ id: newId(), ...hold })
        .returning("*"),
    );
    if (!row) throw new Error("An inserted legal hold was not returned");
    return row;
  }

  /** Undefined when there is none in force of that id. */
  async lift(id: string, by: { lift_reason: string; lifted_by: string }): Promise<LegalHoldRow | undefined> {
    const [row] = await this.database.run((query) =>
      query<LegalHoldRow>("legal_hold")
        .where({ id })
        .whereNull("lifted_at")
        .update({ ...by, lifted_at: query.fn.now() })
        .returning("*"),
    );
    return row;
  }

  async isOnHold(userId: string): Promise<boolean> {
    const row = await this.database.run((query) =>
      query<LegalHoldRow>("legal_hold").where({ user_id: userId }).whereNull("lifted_at").first("id"),
    );
    return row !== undefined;
  }

  /** Nobody places or lifts a hold from now on until the unit of work ends. */
  async lock(): Promise<void> {
    await this.database.run((query) => query.raw("lock table legal_hold in share mode"));
  }
}
