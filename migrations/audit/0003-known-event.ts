import { eventColumnNames, sqlMigration } from "@supergraph/migrations/kit";

const columns = eventColumnNames.join(", ");
const outboxes = ["users", "auth", "dynamic", "audit"].map(
  (schema) => `
    union all
    select ${columns}, null, null from ${schema}.audit_outbox`,
);

export default sqlMigration({
  dependsOn: ["users@0001", "auth@0001", "dynamic@0001"],
  // Draining moves a row within one transaction, so a read sees each event exactly once.
  up: `
    create view audit.known_event as
    select ${columns}, leaf_index, sealed_at from audit.event${outboxes.join("")};`,
  down: `drop view audit.known_event;`,
});
