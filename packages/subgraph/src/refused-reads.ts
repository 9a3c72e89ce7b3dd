import { SystemError } from "@supergraph/errors";
import { responsePathAsArray, type GraphQLFieldResolver, type GraphQLResolveInfo } from "graphql";
import type { Caller, SubgraphContext } from "./context.js";

type Field = Pick<GraphQLResolveInfo, "path" | "fieldName">;
type Resolver = GraphQLFieldResolver<unknown, SubgraphContext>;

/** Fields whose refusal is recorded, by request: a list, or an alias for each of a thousand, is one attempt to read. */
const recordedFields = new WeakMap<Caller, Set<string>>();

/**
 * Records that a read was refused, once for a field of a type in a request. What happens inside a mutation's attempt is
 * part of that attempt's event.
 * @param action what was asked for, when the rule that refused it says so; else the type and field
 */
export async function recordRefusedRead(
  error: SystemError,
  context: SubgraphContext,
  info: Field,
  action?: string,
  target?: { type: string; id: string },
): Promise<void> {
  if (context.audit.isRecording || context.audit.hasRecorded(error)) return;
  const field = `${(info.path.typename ?? "Query").toLowerCase()}.${info.fieldName}`;
  const recorded = recordedFields.get(context.caller) ?? new Set();
  recordedFields.set(context.caller, recorded);
  if (recorded.has(field)) return;
  recorded.add(field);
  await context.audit.recordDenial(
    {
      action: action ?? field,
      identity: context.caller.identity,
      path: responsePathAsArray(info.path).join("."),
      ...(target && { details: { target } }),
    },
    error,
  );
}

/** A resolver whose refusals leave an event, wherever below it the rule stands that refuses. */
export function recordingRefusals(resolve: Resolver): Resolver {
  return (source, args, context, info) => {
    const refused = async (error: unknown): Promise<never> => {
      if (error instanceof SystemError && (error.code === "FORBIDDEN" || error.reason === "SIGN_IN_REQUIRED")) {
        await recordRefusedRead(error, context, info, undefined, targetOf(source, info));
      }
      throw error;
    };
    try {
      const result: unknown = resolve(source, args, context, info);
      return result instanceof Promise ? result.catch(refused) : result;
    } catch (error) {
      return refused(error);
    }
  };
}

function targetOf(
  source: unknown,
  info: Pick<GraphQLResolveInfo, "parentType">,
): { type: string; id: string } | undefined {
  if (typeof source !== "object" || source === null || !("id" in source)) return undefined;
  return typeof source.id === "string" ? { type: info.parentType.name, id: source.id } : undefined;
}
