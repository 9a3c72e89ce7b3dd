import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { startPrivatePostgres, type PrivatePostgres } from "../../packages/private-postgres/src/index.js";
import { register } from "../harness/client.js";
import { startSupergraph, type Supergraph } from "../harness/supergraph.js";

describe("DATABASE_URL", () => {
  let directory: string;
  let postgres: PrivatePostgres;
  let supergraph: Supergraph;
  beforeAll(async () => {
    directory = await mkdtemp(path.join(tmpdir(), "outside-postgres-"));
    postgres = await startPrivatePostgres({ directory });
    supergraph = await startSupergraph(inject("supergraph").topology, { environment: { DATABASE_URL: postgres.url } });
  });
  afterAll(async () => {
    await supergraph.stop();
    await supergraph.remove();
    await postgres.stop();
    await rm(directory, { recursive: true, force: true });
  });

  it("names the PostgreSQL that everything is kept in, each service under a role of its own", async () => {
    const person = await register("Otto", `${supergraph.origin}/graphql`);
    const owner = new pg.Client({ connectionString: postgres.url });
    await owner.connect();
    try {
      const { rows: people } = await owner.query("select email from users.person where id = $1", [person.id]);
      expect(people).toEqual([{ email: person.email }]);
      const { rows: roles } = await owner.query<{ usename: string }>(
        "select distinct usename from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() order by 1",
      );
      expect(roles.map(({ usename }) => usename)).toEqual(
        expect.arrayContaining(["supergraph_audit", "supergraph_auth", "supergraph_dynamic", "supergraph_users"]),
      );
      expect(roles.map(({ usename }) => usename)).not.toContain("owner");
    } finally {
      await owner.end();
    }
  });
});
