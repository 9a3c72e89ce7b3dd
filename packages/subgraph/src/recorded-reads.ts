import { EventNotStored, isDenial, type Attempt, type AuditDetails } from "@supergraph/audit-trail";
import type { Caller, SubgraphContext } from "./context.js";
import { nameOf, pathOf, type Field } from "./field-attempt.js";
import { recordRefusedRead } from "./refused-reads.js";

/** What a read leaves in the audit log: `resource.action`, and what is known of it before it is begun. */
export type ReadEvent = Pick<Attempt, "action" | "details">;

/**
 * A read that leaves an event, before anybody has what was read. That it was refused is recorded as of any read: once
 * for the field in a request.
 */
export async function recordedRead<T>(
  event: ReadEvent,
  context: SubgraphContext,
  info: Field,
  read: () => Promise<T>,
): Promise<T> {
  let refused: AuditDetails | undefined;
  const attempt = { ...event, identity: context.caller.identity, path: pathOf(info) };
  try {
    return await context.audit.read(attempt, () =>
      read().catch((error: unknown) => {
        if (isDenial(error)) {
          refused = context.audit.current?.details ?? {};
          context.audit.omit();
        }
        throw error;
      }),
    );
  } catch (error) {
    if (refused) await recordRefusedRead(error, context, info, { action: event.action, details: refused });
    throw error;
  }
}

/** The first read of each field, by request. */
const firstReads = new WeakMap<Caller, Map<string, Promise<unknown>>>();

/**
 * As `recordedRead`, once for the field in a request: for one that stands on every object of a list, and may be asked
 * for under any number of aliases. Nothing is read when the event can't be stored.
 */
export async function recordedOnce<T>(
  event: ReadEvent,
  context: SubgraphContext,
  info: Field,
  read: () => Promise<T>,
): Promise<T> {
  const reads = firstReads.get(context.caller) ?? new Map<string, Promise<unknown>>();
  firstReads.set(context.caller, reads);
  const first = reads.get(nameOf(info));
  if (!first) {
    const reading = recordedRead(event, context, info, read);
    reads.set(nameOf(info), reading);
    return reading;
  }
  const result = await recordedRead(event, context, info, () => {
    context.audit.omit();
    return read();
  });
  await first.catch(unlessStored);
  return result;
}

function unlessStored(error: unknown): void {
  if (error instanceof EventNotStored) throw error;
}
