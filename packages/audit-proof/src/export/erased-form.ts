import { canonicalJson, withoutNulls } from "../leaf/canonical-json.js";
import { commitmentOf } from "../leaf/leaf.js";
import { PARTIES, PARTY_MEMBERS, type EventLine, type Party } from "./event-line.js";
import { asHash, asObject, type JsonObject } from "./json.js";

export interface ErasedForm {
  /** The event without what is personal: what its leaf is made of. */
  event: JsonObject;
  /** Where personal values contradict their commitments or the event's columns. */
  faults: string[];
  /** Somebody's values are gone, and their commitment is left. */
  isErased: boolean;
}

const same = (one: unknown, other: unknown) =>
  one === other || canonicalJson(one ?? null) === canonicalJson(other ?? null);

/**
 * Checks an event's personal values against their commitments, and gives the event as it is once they are erased.
 * @throws Error when a value has no canonical form
 */
export function erasedForm(line: EventLine): ErasedForm {
  const event: Record<string, unknown> = { ...line.event };
  const faults: string[] = [];
  const proven = new Set<string>();
  for (const party of PARTIES) {
    const personal = line.personal[party];
    if (!personal) continue;
    const values = withoutNulls(personal.values);
    faults.push(...faultsOf(party, personal.salt, values, line.event));
    for (const name of Object.keys(values)) {
      proven.add(name);
      event[name] = name === "changes" ? redacted(values.changes) : null;
    }
  }
  const nobodys = ["ip", "user_agent"].filter((name) => (line.event[name] ?? null) !== null && !proven.has(name));
  faults.push(...nobodys.map((name) => `${name} was put in: no commitment stands for it`));
  const isErased = PARTIES.some((party) => line.event[`${party}_commitment`] && !line.personal[party]);
  return { event, faults, isErased };
}

function faultsOf(party: Party, salt: Buffer, values: JsonObject, event: JsonObject): string[] {
  const column = `${party}_commitment`;
  const differing = Object.keys(values).filter((name) => !same(values[name], event[name]));
  const commitment = asHash(event[column]);
  const isCommitted = commitment?.equals(commitmentOf(salt, values)) ?? false;
  if (!commitment) return [`personal.${party} was put in, or ${column} changed: no commitment is there`];
  const faults = differing.map((name) =>
    isCommitted ? `${name} does not match its commitment` : `${name} is not what personal.${party} says`,
  );
  if (!isCommitted)
    faults.push(
      `personal.${party} does not match ${column}: ${PARTY_MEMBERS[party].join(", ")}, the salt or ${column} was changed`,
    );
  return faults;
}

/** Changes as they are once erased: which fields, without values. */
function redacted(changes: unknown): unknown {
  if (!Array.isArray(changes)) return null;
  return changes.map((change) => {
    const field = asObject(change)?.field ?? null;
    return { field, before: null, after: null, redacted: true };
  });
}
