export { connectionOf, type Connection } from "./connection.js";
export { constraintViolation, type ConstraintViolation } from "./constraint.js";
export { CursorCodec } from "./cursor.js";
export { Database, type DatabaseSettings, type IdentifiedUnit } from "./database.js";
export { EncryptionAtRest } from "./encryption-at-rest.js";
export { readFirstPages, type FirstPagesQuery } from "./first-pages.js";
export { birthOf, isId, newId } from "./identifier.js";
export { readKeysetPage, type KeysetQuery, type Page, type PageArguments, type SortKey } from "./keyset-page.js";
