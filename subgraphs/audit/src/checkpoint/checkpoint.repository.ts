import type { Database } from "@supergraph/persistence";

export interface CheckpointRow {
  /** A bigint, as text. */
  tree_size: string;
  root_hash: Buffer;
  signed_at: Date;
  note: string;
}

/** The signed heads of the tree, one for each size that was signed. */
export class CheckpointRepository {
  constructor(private readonly database: Database) {}

  async last(): Promise<CheckpointRow | undefined> {
    return this.database.run((query) => query<CheckpointRow>("checkpoint").orderBy("tree_size", "desc").first());
  }

  async add(checkpoint: { tree_size: number; root_hash: Buffer; signed_at: Date; note: string }): Promise<void> {
    await this.database.run((query) => query("checkpoint").insert(checkpoint));
  }
}
