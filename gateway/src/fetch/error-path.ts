import { Kind, parse, type GraphQLFormattedError } from "graphql";

interface Fetch {
  query?: string;
  variables?: Record<string, unknown>;
}

/**
 * Gives errors that name no field (of a fetch that failed as a whole) the fields that the fetch was to fill. The paths
 * are the fetch's; Apollo makes those of the client's operation of them.
 */
export function atTheirFields(errors: readonly GraphQLFormattedError[], fetch: Fetch): GraphQLFormattedError[] {
  return errors.flatMap((error) => (error.path ? [error] : rootPaths(fetch).map((path) => ({ ...error, path }))));
}

function rootPaths({ query = "", variables }: Fetch): (string | number)[][] {
  const entities = variables?.representations;
  if (Array.isArray(entities)) return entities.map((_, index) => ["_entities", index]);
  const [operation] = parse(query, { noLocation: true }).definitions;
  if (operation?.kind !== Kind.OPERATION_DEFINITION) return [];
  return operation.selectionSet.selections.flatMap((selection) =>
    selection.kind === Kind.FIELD ? [[selection.alias?.value ?? selection.name.value]] : [],
  );
}
