import { globSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { builtInRoles } from "./built-in-roles.js";
import { entityPermissions, knownPermissions } from "./permission-catalogue.js";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const read = (file: string) => readFileSync(path.join(root, file), "utf8");
const document = "docs/reference/permissions.md";

/** A string that can only be a permission: modules of Node are written alike. */
const LITERAL = /["'`](?!node:)([a-z][a-z-]*:[a-z][a-z-]*)(?::(?:own|all))?["'`]/g;
/** What a text with backticks shows as an example, or builds. */
const NO_PERMISSION = new Set(["resource:action"]);

/** Every permission that stands in the code of a service or its packages, and every one that the SDLs ask for. */
function asked(): Map<string, string> {
  const sources = ["subgraphs", "packages", "gateway"]
    .flatMap((folder) => globSync(`${folder}/**/src/**/*.ts`, { cwd: root }))
    .filter((file) => !/node_modules|\.test\.ts$|fixture|packages\/(identity|testing|composition)/.test(file));
  const schemas = globSync("subgraphs/*/schema.graphql", { cwd: root });
  expect(sources.length).toBeGreaterThan(100);
  expect(schemas.length).toBe(4);
  return new Map(
    [...sources, ...schemas].flatMap((file) =>
      [...read(file).matchAll(LITERAL)]
        .map(([, name = ""]) => [name, file] as const)
        .filter(([name]) => !NO_PERMISSION.has(name)),
    ),
  );
}

describe("the catalogue of permissions", () => {
  const known = new Set(knownPermissions.map(({ resource, action }) => `${resource}:${action}`));
  known.delete("*:*");

  it("holds every permission that is asked for: add yours in packages/identity/src/permission-catalogue.ts", () => {
    const missing = [...asked()].filter(([name]) => !known.has(name));
    expect(missing).toEqual([]);
  });

  it("holds none that nothing asks for", () => {
    const names = asked();
    expect([...known].filter((name) => !names.has(name))).toEqual([]);
  });

  it("knows what the built-in roles hold", () => {
    const names = new Set(knownPermissions.map(({ name }) => name));
    const held = Object.values(builtInRoles).flatMap(({ permissions }) => permissions);
    expect(held.filter((name) => !names.has(name))).toEqual([]);
  });

  it("is what docs/reference/permissions.md says (UPDATE_DOCS=1 writes it)", () => {
    const text = reference();
    if (process.env.UPDATE_DOCS) writeFileSync(path.join(root, document), text);
    expect(read(document)).toBe(text);
  });
});

function reference(): string {
  const table = (rows: readonly { name: string; description: string }[]) =>
    ["| permission | what its holder may do |", "| --- | --- |"]
      .concat(rows.map(({ name, description }) => `| \`${name}\` | ${description} |`))
      .join("\n");
  const roles = Object.entries(builtInRoles).map(
    ([name, { description, permissions }]) =>
      `| \`${name}\` | ${description} | ${permissions.map((permission) => `\`${permission}\``).join(" ")} |`,
  );
  return `# Permissions

A permission is \`resource:action\`. With \`:own\` it reaches the holder's own records alone; without a suffix, or with \`:all\`, everybody's. \`*\` is everything; \`users:*\` is every action on users, \`Product:*\` every action on the entities of the type Product. What nobody was granted is denied. Roles hold permissions, people hold roles, and an API key holds some of what its owner holds.

This page is written from the catalogue in packages/identity/src/permission-catalogue.ts; \`{ permissions { name description } }\` lists the same, with the entity types that there are.

## Of the system

${table(knownPermissions)}

## Of each entity type

For a type \`Product\`; a type that is defined is granted to nobody but holders of \`*\`.

${table(entityPermissions("Product"))}

## Built-in roles

They can't be renamed or deleted. What \`admin\` holds can't be changed.

| role | what for | permissions |
| --- | --- | --- |
${roles.join("\n")}
`;
}
