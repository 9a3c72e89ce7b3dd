export { DirectoryInUseError } from "./directory-lock.js";
export { privatePostgresUrl, removePrivatePostgres, startPrivatePostgres } from "./private-postgres.js";
export type { PrivatePostgres, PrivatePostgresOptions } from "./private-postgres.js";
