import { audit } from "./audit/index.js";
import { auth } from "./auth/index.js";
import { dynamic } from "./dynamic/index.js";
import { users } from "./users/index.js";
import { orderSchemas } from "./schema-order.js";

/** Every service's history, in the order in which they are applied. This is the place to add a schema. */
export const histories = orderSchemas([users, auth, dynamic, audit]);
