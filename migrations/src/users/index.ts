import type { SchemaHistory } from "../migration.js";
import auditOutbox from "./0001-audit-outbox.js";
import person from "./0002-person.js";

export const users: SchemaHistory = {
  schema: "users",
  dependsOn: [],
  migrations: { "0001-audit-outbox": auditOutbox, "0002-person": person },
};
