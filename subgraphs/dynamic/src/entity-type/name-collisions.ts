import type { FieldProblem } from "@supergraph/errors";
import { isTypeDefinitionNode, isTypeExtensionNode, parse, type DocumentNode } from "graphql";
import { pathOfField } from "./definition-rules.js";
import type { EntityTypeDraft } from "./definition.js";
import { addedNames } from "./names.js";

/** The names that are in use already, and by what. */
export interface TakenNames {
  types: Map<string, string>;
  queries: Map<string, string>;
  mutations: Map<string, string>;
}

const BUILT_IN = ["String", "Int", "Float", "Boolean", "ID", "Query", "Mutation", "Subscription"];

/** The names of types and root fields in documents of SDL, each with its owner, and those that entity types add. */
export function takenNamesOf(
  documents: readonly { owner: string; sdl: string }[],
  entityTypes: readonly EntityTypeDraft[],
): TakenNames {
  const taken: TakenNames = {
    types: new Map(BUILT_IN.map((name) => [name, "GraphQL"])),
    queries: new Map(),
    mutations: new Map(),
  };
  for (const { owner, sdl } of documents) collect(parse(sdl, { noLocation: true }), owner, taken);
  for (const type of entityTypes) {
    const owner = `the entity type ${type.name}`;
    const added = addedNames(type);
    for (const { name } of added.types) taken.types.set(name, owner);
    for (const { name } of added.queries) taken.queries.set(name, owner);
    for (const { name } of added.mutations) taken.mutations.set(name, owner);
  }
  return taken;
}

function collect({ definitions }: DocumentNode, owner: string, taken: TakenNames): void {
  for (const definition of definitions) {
    if (!isTypeDefinitionNode(definition) && !isTypeExtensionNode(definition)) continue;
    const name = definition.name.value;
    if (!taken.types.has(name)) taken.types.set(name, owner);
    const rootFields = name === "Query" ? taken.queries : name === "Mutation" ? taken.mutations : undefined;
    const fields = "fields" in definition ? (definition.fields ?? []) : [];
    for (const field of fields) rootFields?.set(field.name.value, owner);
  }
}

/** The names that the definition would add and that are taken. */
export function collisionProblems(draft: EntityTypeDraft, taken: TakenNames): FieldProblem[] {
  const holder = taken.types.get(draft.name);
  if (holder !== undefined) return [{ path: "input.name", message: `${draft.name} is there already, in ${holder}` }];
  const { types, queries, mutations } = addedNames(draft);
  const of = (names: typeof types, in_: Map<string, string>, what: string) =>
    names.flatMap(({ name, field }) => {
      const owner = in_.get(name);
      if (owner === undefined) return [];
      const path = name === draft.pluralName ? "input.pluralName" : pathOfField(draft, field);
      return [{ path, message: `the ${what} ${name} is there already, in ${owner}` }];
    });
  return [
    ...of(types, taken.types, "type"),
    ...of(queries, taken.queries, "query"),
    ...of(mutations, taken.mutations, "mutation"),
  ];
}
