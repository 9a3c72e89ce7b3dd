import type { SchemaHistory } from "../migration.js";
import auditOutbox from "./0001-audit-outbox.js";
import person from "./0002-person.js";
import intent from "./0003-intent.js";

export const users: SchemaHistory = {
  schema: "users",
  dependsOn: [],
  migrations: { "0001-audit-outbox": auditOutbox, "0002-person": person, "0003-intent": intent },
};
