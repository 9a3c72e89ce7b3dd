export { runCommand } from "./command.js";
export { migrateDown, migrateUp, MigrationFailedError, type MigrationOptions } from "./runner.js";
export { migrationStatus, type MigrationState } from "./status.js";
export { serviceDatabaseUrl, serviceRole, services, type RolePasswords, type Service } from "./services.js";
