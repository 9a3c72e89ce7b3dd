export { databaseUse, runCommand } from "./command.js";
export { MigrationFilesError } from "./migration-files.js";
export { migrateDown, migrateUp, MigrationFailedError, redoMigration, type MigrationOptions } from "./runner.js";
export { MigrationRefusedError, type Selection } from "./selection.js";
export { migrationStatus, type MigrationState, type State } from "./status.js";
export { serviceDatabaseUrl, serviceRole, services, type RolePasswords, type Service } from "./services.js";
