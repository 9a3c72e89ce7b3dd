import { invalidInput, SystemError } from "@supergraph/errors";
import { holds, problemOfPermission, type Permission } from "@supergraph/identity";
import type { Caller } from "@supergraph/subgraph";

/**
 * Refuses what nobody can be granted, all of it together.
 * @throws SystemError INVALID_INPUT that names each, and the nearest that there is
 */
export function assertGrantable(permissions: readonly string[]): void {
  const [first, ...others] = permissions.flatMap((text) => problemOfPermission(text) ?? []).map(problem);
  if (first) throw invalidInput(first, ...others);
}

const problem = (message: string) => ({ path: "input.permissions", message });

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
