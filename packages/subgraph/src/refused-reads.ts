import { isDenial, type AuditDetails } from "@supergraph/audit-trail";
import { systemErrorOf } from "@supergraph/errors";
import type { GraphQLResolveInfo } from "graphql";
import type { Caller, SubgraphContext } from "./context.js";
import { nameOf, pathOf, type Field, type Resolver } from "./field-attempt.js";

/** Of fields that were refused, by request: a list, or an alias for each of a thousand, is one attempt to read. */
const recordings = new WeakMap<Caller, Map<string, Promise<void>>>();

/** What is known of a read that was refused. */
interface RefusedRead {
  /** When the rule that refused it, or the field's declaration, says so; else it is the type and field. */
  action?: string;
  details?: AuditDetails;
}

/**
 * Records that a read was refused, once for a field of a type in a request. What happens inside an attempt is part of
 * that attempt's event.
 */
export async function recordRefusedRead(
  error: unknown,
  context: SubgraphContext,
  info: Field,
  { action = nameOf(info), details }: RefusedRead = {},
): Promise<void> {
  const refusal = systemErrorOf(error);
  if (!refusal || context.audit.isRecording || context.audit.hasRecorded(refusal)) return;
  const { caller, audit } = context;
  const ofRequest = recordings.get(caller) ?? new Map<string, Promise<void>>();
  recordings.set(caller, ofRequest);
  const attempt = { action, identity: caller.identity, path: pathOf(info), ...(details && { details }) };
  const recording = ofRequest.get(nameOf(info)) ?? audit.recordDenial(attempt, refusal);
  ofRequest.set(nameOf(info), recording);
  // Every refusal waits for the event: the first one that is told may end the request.
  await recording;
}

/** A resolver whose refusals leave an event, wherever below it the rule stands that refuses. */
export function recordingRefusals(resolve: Resolver): Resolver {
  return (source, args, context, info) => {
    const refused = async (error: unknown): Promise<never> => {
      if (isDenial(error)) await recordRefusedRead(error, context, info, { details: detailsOf(source, info) });
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

function detailsOf(source: unknown, { parentType }: Pick<GraphQLResolveInfo, "parentType">): AuditDetails {
  if (typeof source !== "object" || source === null || !("id" in source)) return {};
  return typeof source.id === "string" ? { target: { type: parentType.name, id: source.id } } : {};
}
