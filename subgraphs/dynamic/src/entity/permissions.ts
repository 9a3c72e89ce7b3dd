import type { EntityAction, Permission } from "@supergraph/identity";

/** What a caller must hold one of; with `:own` alone, the service keeps them to what they have created themselves. */
export function permissionsFor(typeName: string, action: EntityAction): [Permission, ...Permission[]] {
  const all = `${typeName}:${action}`;
  return action === "create" ? [all] : [all, `${all}:own`];
}
