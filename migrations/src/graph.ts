import type { MigrationFile } from "./migration-files.js";
import { referenceOf } from "./migration-order.js";

type Drawn = Pick<MigrationFile, "schema" | "name" | "number" | "dependsOn">;

/** What depends on what, as a Mermaid flowchart: a box for each schema, an arrow from what must be there before. */
export function mermaidOf(files: readonly Drawn[]): string {
  const schemas = Map.groupBy(files, ({ schema }) => schema);
  const boxes = [...schemas].flatMap(([schema, own]) => [
    `  subgraph ${schema}`,
    ...own.map((file) => `    ${idOf(referenceOf(file))}["${file.name}"]`),
    ...own.slice(1).map((file, at) => `    ${idOf(referenceOf(own[at] as Drawn))} --> ${idOf(referenceOf(file))}`),
    "  end",
  ]);
  const across = files.flatMap((file) =>
    (file.dependsOn ?? []).map((needed) => `  ${idOf(needed)} --> ${idOf(referenceOf(file))}`),
  );
  return ["flowchart LR", ...boxes, ...across].join("\n");
}

function idOf(reference: string): string {
  return reference.replace("@", "_");
}
