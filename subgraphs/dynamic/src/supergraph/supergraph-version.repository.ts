import type { Database } from "@supergraph/persistence";

/** How many versions are kept: a gateway that is behind takes the newest, whatever came between. */
const KEPT_VERSIONS = 20;
/** Names this lock among the database's advisory locks: "dynamic" in ASCII. */
const LOCK = "28275146613451107";

/** A row of `dynamic.supergraph_version`; `version` comes as text, being a bigint. */
interface VersionRow {
  version: string;
  subgraphs_hash: string;
  sdl: string;
}

export interface SupergraphVersion {
  version: number;
  supergraphSdl: string;
}

/** The versions of the supergraph, numbered in the order in which they were committed. */
export class SupergraphVersionRepository {
  constructor(private readonly database: Database) {}

  /** Until the unit of work ends nobody else makes a version: what is read after this is what the next one follows. */
  async lock(): Promise<void> {
    await this.database.run((query) => query.raw(`select pg_advisory_xact_lock(${LOCK})`));
  }

  async newestVersion(): Promise<number> {
    const rows = await this.database.run((query) =>
      query<VersionRow>("supergraph_version").select("version").orderBy("version", "desc").limit(1),
    );
    return Number(rows[0]?.version ?? 0);
  }

  async newestHash(): Promise<string | undefined> {
    const rows = await this.database.run((query) =>
      query<VersionRow>("supergraph_version").select("subgraphs_hash").orderBy("version", "desc").limit(1),
    );
    return rows[0]?.subgraphs_hash;
  }

  async findNewest(): Promise<SupergraphVersion | undefined> {
    const rows = await this.database.run((query) =>
      query<VersionRow>("supergraph_version").select("version", "sdl").orderBy("version", "desc").limit(1),
    );
    return rows[0] && { version: Number(rows[0].version), supergraphSdl: rows[0].sdl };
  }

  /** Stores the next version, and lets go of those that nobody asks for any more. */
  async insert(hash: string, sdl: string): Promise<number> {
    const rows = await this.database.run((query) =>
      query<VersionRow>("supergraph_version").insert({ subgraphs_hash: hash, sdl }).returning("version"),
    );
    const version = Number(rows[0]?.version);
    await this.database.run((query) =>
      query<VersionRow>("supergraph_version")
        .where("version", "<=", version - KEPT_VERSIONS)
        .delete(),
    );
    return version;
  }
}
