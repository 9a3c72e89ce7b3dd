import type { SchemaHistory } from "../migration.js";
import auditOutbox from "./0001-audit-outbox.js";
import entityType from "./0002-entity-type.js";
import supergraphVersion from "./0003-supergraph-version.js";

export const dynamic: SchemaHistory = {
  schema: "dynamic",
  dependsOn: [],
  migrations: {
    "0001-audit-outbox": auditOutbox,
    "0002-entity-type": entityType,
    "0003-supergraph-version": supergraphVersion,
  },
};
