export { disposableDatabase, type DisposableDatabase } from "./disposable-database.js";
export { killablePostgres, type KillablePostgres } from "./killable-postgres.js";
