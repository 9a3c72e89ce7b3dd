import type { Attempt } from "@supergraph/audit-trail";
import type { FailedRequest } from "@supergraph/graphql-http";
import { getOperationAST, valueFromASTUntyped, type FieldNode, type GraphQLError } from "graphql";
import { declarationFor, type SchemaField } from "./audited-fields.js";
import type { SubgraphContext } from "./context.js";
import { attemptOf, hasBegun } from "./field-attempt.js";
import { rootFieldsOf } from "./root-fields.js";

/**
 * Records the attempts of which no code of ours ran, because what was asked for could not be read: a literal or a
 * variable that is no value of its type. Once for a field: under however many aliases, none of it was done.
 */
export async function recordFailedOperation(failed: FailedRequest<SubgraphContext>): Promise<void> {
  const { schema, document, operationName, variables, context, errors } = failed;
  const operation = document && getOperationAST(document, operationName);
  const root = operation && schema.getRootType(operation.operation);
  if (!root) return;
  const attempts = new Map<string, Attempt>();
  for (const { key, node } of rootFieldsOf(operation, document, variables)) {
    const name = node.name.value;
    const field: SchemaField | undefined = root.getFields()[name];
    const declaration = field && declarationFor(field, context);
    if (!declaration || attempts.has(name) || hasBegun(context, key)) continue;
    if (!errors.some((error) => isAbout(error, key))) continue;
    attempts.set(name, attemptOf(declaration, argumentsOf(node, variables), context, key));
  }
  if (attempts.size > 0) await context.audit.recordFailures([...attempts.values()], "INVALID_INPUT");
}

/** An error without a path kept the whole operation from being executed. */
function isAbout({ path }: GraphQLError, key: string): boolean {
  return path === undefined || (path.length === 1 && path[0] === key);
}

/** As they were written: an ID may be a number. */
function argumentsOf({ arguments: given = [] }: FieldNode, variables: Record<string, unknown>) {
  return Object.fromEntries(
    given.map(({ name, value }) => {
      const written = valueFromASTUntyped(value, variables);
      return [name.value, typeof written === "number" ? String(written) : written];
    }),
  );
}
