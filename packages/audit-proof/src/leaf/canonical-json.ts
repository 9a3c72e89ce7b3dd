import canonicalize from "canonicalize";

/**
 * Canonical JSON (RFC 8785).
 * @throws Error on what JSON can't hold: undefined, NaN, a lone surrogate, a cycle
 */
export function canonicalJson(value: unknown): string {
  const json = canonicalize(value);
  if (json === undefined) throw new TypeError(`${typeof value} can't be written as JSON.`);
  return json;
}

/** The members that say something: null and undefined are as if they weren't there. */
export function withoutNulls(values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null && value !== undefined));
}
