// What migration files are made of. Node runs those as they stand, without a build: they import this by its package.
export { auditOutbox, boundedText, boundedTextColumns, eventColumnNames, eventColumns } from "./audit-outbox.js";
export { concurrentIndex } from "./concurrent-index.js";
export { intentTables } from "./intent.js";
export { sqlMigration, type Migration } from "./migration.js";
