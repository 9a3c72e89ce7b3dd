import { sqlMigration } from "@supergraph/migrations/kit";

export default sqlMigration({
  up: `
    create table audit.checkpoint_cosignature (
      tree_size bigint not null references audit.checkpoint,
      cosigner text not null,
      cosigned_at timestamptz not null,
      line text not null,
      primary key (tree_size, cosigner)
    );`,
  down: "drop table audit.checkpoint_cosignature;",
});
