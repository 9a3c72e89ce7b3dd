/** `resource:action`, with `:own` when only the caller's own records are meant (no suffix means all), or `*`. */
export type Permission = string;

/** What a grant lets the caller reach. */
export type Scope = "all" | "own" | "none";

/**
 * How far `granted` reaches for `resource:action`: everybody's records, the caller's own, or none.
 * `*` is everything, `Product:*` every action on Product.
 */
export function scopeOf(granted: readonly Permission[], resource: string, action: string): Scope {
  let scope: Scope = "none";
  for (const permission of granted) {
    const [grantedResource, grantedAction, reach] = permission.split(":");
    if (grantedResource !== "*" && grantedResource !== resource) continue;
    if (grantedResource !== "*" && grantedAction !== "*" && grantedAction !== action) continue;
    if (reach !== "own") return "all";
    scope = "own";
  }
  return scope;
}

/** Whether `granted` holds `wanted`; a grant over all records holds the one over the caller's own. */
export function holds(granted: readonly Permission[], wanted: Permission): boolean {
  if (wanted === "*") return granted.includes("*");
  const [resource = "", action = "", reach] = wanted.split(":");
  const scope = scopeOf(granted, resource, action);
  return scope === "all" || (reach === "own" && scope === "own");
}
