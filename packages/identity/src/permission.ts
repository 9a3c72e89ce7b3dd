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

/**
 * What both lists hold, no more and no less: `holds(meet(a, b), p)` says the same as `holds(a, p) && holds(b, p)`.
 * For who acts with somebody else's rights and may not go beyond their own.
 */
export function meet(a: readonly Permission[], b: readonly Permission[]): Permission[] {
  const others = b.map(partsOf);
  const met = a.map(partsOf).flatMap((one) => others.flatMap((other) => meetOfTwo(one, other) ?? []));
  return [...new Set(met)];
}

/** Its resource, action and reach; undefined: it names none, and reaches every one. */
interface Parts {
  written: Permission;
  resource: string | undefined;
  action: string | undefined;
  isOwn: boolean;
}

function partsOf(written: Permission): Parts {
  const [resource, action, reach] = written.split(":");
  if (resource === "*") return { written, resource: undefined, action: undefined, isOwn: reach === "own" };
  return { written, resource, action: action === "*" ? undefined : action, isOwn: reach === "own" };
}

function meetOfTwo(one: Parts, other: Parts): Permission | undefined {
  if (one.written === "*") return other.written;
  if (other.written === "*") return one.written;
  if (differ(one.resource, other.resource) || differ(one.action, other.action)) return undefined;
  const resource = one.resource ?? other.resource ?? "*";
  const action = one.action ?? other.action ?? "*";
  return `${resource}:${action}${one.isOwn || other.isOwn ? ":own" : ""}`;
}

function differ(one: string | undefined, other: string | undefined): boolean {
  return one !== undefined && other !== undefined && one !== other;
}
