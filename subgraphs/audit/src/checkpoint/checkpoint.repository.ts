import type { Cosignature } from "@supergraph/audit-proof";
import {
  readKeysetPage,
  type CursorCodec,
  type Database,
  type Page,
  type PageArguments,
  type SortKey,
} from "@supergraph/persistence";
import type { Knex } from "knex";

export interface CheckpointRow {
  /** A bigint, as text. */
  tree_size: string;
  root_hash: Buffer;
  signed_at: Date;
  /** With the cosignatures that have arrived. */
  note: string;
}

export interface SignedHead {
  tree_size: number;
  root_hash: Buffer;
  signed_at: Date;
  note: string;
}

const NOTE = `note || coalesce((
  select string_agg(line || E'\\n', '' order by cosigner) from checkpoint_cosignature as cosignature
  where cosignature.tree_size = checkpoint.tree_size), '') as note`;
const NEWEST_FIRST: SortKey[] = [{ column: "tree_size", direction: "desc", type: "bigint" }];

/** The signed heads of the tree, one for each size that was signed, and what witnesses say of them. */
export class CheckpointRepository {
  constructor(
    private readonly database: Database,
    private readonly cursors: CursorCodec,
  ) {}

  /** The one of the largest tree. */
  async last(): Promise<CheckpointRow | undefined> {
    return this.database.run((query) => checkpoints(query).orderBy("tree_size", "desc").first<CheckpointRow>());
  }

  async page(page: PageArguments): Promise<Page<CheckpointRow>> {
    const run = <T>(statement: Knex.QueryBuilder) => this.database.run<T>(() => statement as PromiseLike<T>);
    return this.database.run((query) =>
      readKeysetPage<CheckpointRow>({
        rows: checkpoints(query),
        sortKeys: NEWEST_FIRST,
        list: "checkpoints",
        page,
        cursors: this.cursors,
        run,
      }),
    );
  }

  async add(checkpoint: SignedHead): Promise<void> {
    await this.database.run((query) => query("checkpoint").insert(checkpoint));
  }

  /** Adds the log's first one. Of two who try at one moment the first one's stays. */
  async addFirst(checkpoint: SignedHead): Promise<void> {
    await this.database.run((query) => query("checkpoint").insert(checkpoint).onConflict("tree_size").ignore());
  }

  /** Keeps what witnesses say of a checkpoint: the first word of each. */
  async addCosignatures(treeSize: string, cosignatures: readonly Cosignature[]): Promise<void> {
    if (cosignatures.length === 0) return;
    const rows = cosignatures.map(({ cosigner, cosignedAt, line }) => ({
      tree_size: treeSize,
      cosigner,
      cosigned_at: cosignedAt,
      line,
    }));
    await this.database.run((query) => query("checkpoint_cosignature").insert(rows).onConflict().ignore());
  }
}

function checkpoints(query: Knex) {
  return query("checkpoint").select("tree_size", "root_hash", "signed_at", query.raw(NOTE));
}
