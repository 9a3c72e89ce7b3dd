import type { SchemaHistory } from "./migration.js";

/**
 * The schemas so that each stands after all it depends on; otherwise in the order given.
 * Throws on a cycle, an unknown dependency or two schemas of one name, with the path drawn.
 */
export function orderSchemas<S extends Pick<SchemaHistory, "schema" | "dependsOn">>(histories: readonly S[]): S[] {
  const byName = new Map(histories.map((history) => [history.schema, history]));
  if (byName.size < histories.length) {
    const names = histories.map(({ schema }) => schema);
    throw new Error(`Two migration histories share a schema: ${names.join(", ")}.`);
  }
  const ordered = new Set<S>();
  const visit = (schema: string, path: readonly string[]): void => {
    const drawn = [...path, schema].join(" -> ");
    const history = byName.get(schema);
    if (history === undefined) throw new Error(`A migration history depends on an unknown schema: ${drawn}`);
    if (path.includes(schema)) throw new Error(`Migration histories depend on each other in a circle: ${drawn}`);
    if (ordered.has(history)) return;
    for (const dependency of history.dependsOn) visit(dependency, [...path, schema]);
    ordered.add(history);
  };
  for (const { schema } of histories) visit(schema, []);
  return [...ordered];
}
