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
export function withoutNulls(
  values: Readonly<Record<string, unknown>>,
  names: readonly string[] = Object.keys(values),
): Record<string, unknown> {
  const given: Record<string, unknown> = {};
  for (const name of names) if (values[name] !== null && values[name] !== undefined) given[name] = values[name];
  return given;
}
