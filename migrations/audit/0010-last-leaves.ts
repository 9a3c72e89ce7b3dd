import { sqlMigration } from "@supergraph/migrations/kit";

/**
 * Keeps the hashes of the leaves right of the last complete tile beside the tree's head: what they were sealed as can be
 * told without the events, and a proof reads them at one place.
 */
export default sqlMigration({
  up: `
    alter table audit.tree add last_leaves bytea not null default '';
    alter table audit.tree alter last_leaves set storage external;
    update audit.tree set last_leaves = coalesce(
      (select string_agg(leaf_hash, ''::bytea order by leaf_index) from audit.event where leaf_index >= size - size % 256),
      '');
    alter table audit.tree alter last_leaves drop default;`,
  down: "alter table audit.tree drop last_leaves;",
});
