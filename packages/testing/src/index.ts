export { disposableDatabase, type DisposableDatabase } from "./disposable-database.js";
