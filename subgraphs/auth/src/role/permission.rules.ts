import { SystemError } from "@supergraph/errors";
import { holds, type Permission } from "@supergraph/identity";
import type { Caller } from "@supergraph/subgraph";

/** `resource:action`, with `:own` or `:all`, or `*`. */
export const PERMISSION = /^(\*|[A-Za-z][A-Za-z0-9-]{0,62}:(\*|[a-z][a-z-]{0,62})(:(own|all))?)$/;
export const PERMISSION_MESSAGE = "each permission must be resource:action, resource:action:own or *";

/**
 * Nobody gives, or takes, what they don't hold.
 * @throws SystemError PERMISSION_MISSING that names what is missing
 */
export function assertHeld(caller: Caller, permissions: readonly Permission[]): void {
  const held = caller.signedIn().permissions;
  const missing = permissions.filter((permission) => !holds(held, permission));
  if (missing.length === 0) return;
  throw new SystemError("PERMISSION_MISSING", { message: `You don't hold ${missing.join(", ")} yourself.` });
}
