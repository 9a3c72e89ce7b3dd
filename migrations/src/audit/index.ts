import type { SchemaHistory } from "../migration.js";
import auditOutbox from "./0001-audit-outbox.js";
import event from "./0002-event.js";
import knownEvent from "./0003-known-event.js";
import personalValue from "./0004-personal-value.js";
import provableLog from "./0005-provable-log.js";
import alert from "./0006-alert.js";
import retention from "./0007-retention.js";
import cosignature from "./0008-cosignature.js";
import outboxTextTypes from "./0009-outbox-text-types.js";
import lastLeaves from "./0010-last-leaves.js";

export const audit: SchemaHistory = {
  schema: "audit",
  // The view known_event reads their outboxes.
  dependsOn: ["users", "auth", "dynamic"],
  migrations: {
    "0001-audit-outbox": auditOutbox,
    "0002-event": event,
    "0003-known-event": knownEvent,
    "0004-personal-value": personalValue,
    "0005-provable-log": provableLog,
    "0006-alert": alert,
    "0007-retention": retention,
    "0008-cosignature": cosignature,
    "0009-outbox-text-types": outboxTextTypes,
    "0010-last-leaves": lastLeaves,
  },
};
