import { ambiguityOf } from "./ambiguity.js";
import { LEAF_MEMBERS } from "../leaf/leaf.js";
import { asBytes, asHash, asHashes, asObject, asSize, type JsonObject } from "./json.js";

/** What is personal in an event, by whose it is. */
export const PARTY_MEMBERS = {
  actor: ["actor_label", "ip", "user_agent"],
  impersonator: ["ip", "user_agent"],
  target: ["entity_label", "reason", "changes"],
} as const;
export type Party = keyof typeof PARTY_MEMBERS;
export const PARTIES = Object.keys(PARTY_MEMBERS) as Party[];

export interface EventLine {
  leafIndex: number;
  leafHash: Buffer;
  /** The event's columns, personal values filled in. */
  event: JsonObject;
  /** The parties whose values are still there. */
  personal: Partial<Record<Party, { salt: Buffer; values: JsonObject }>>;
  /** The path to the checkpoint's root. */
  proof: Buffer[] | undefined;
}

const MEMBERS = new Set<string>([
  ...LEAF_MEMBERS,
  ...Object.values(PARTY_MEMBERS).flat(),
  "leaf_index",
  "leaf_hash",
  "personal",
  "proof",
]);

/** Reads an event's line; what is wrong with it, in words, when it isn't one. */
export function readEventLine(line: string, object: JsonObject): EventLine | string {
  const leafIndex = asSize(object.leaf_index);
  const leafHash = asHash(object.leaf_hash);
  const proof = object.proof === undefined ? undefined : asHashes(object.proof);
  const personal = readPersonal(object.personal);
  if (leafIndex === undefined) return "leaf_index is not the index of a leaf";
  if (leafHash === undefined) return "leaf_hash is not 32 bytes in lower-case hexadecimal";
  if (proof === undefined && object.proof !== undefined) return "proof is not a list of hashes";
  if (typeof personal === "string") return personal;
  const unknown = Object.keys(object).filter((name) => !MEMBERS.has(name));
  if (unknown.length > 0) return `${unknown.join(", ")} was put in: no event has such a member`;
  const ambiguity = ambiguityOf(line, object);
  if (ambiguity !== undefined) return ambiguity;
  return { leafIndex, leafHash, event: object, personal, proof };
}

function readPersonal(value: unknown): EventLine["personal"] | string {
  const byParty = asObject(value ?? {});
  if (!byParty || Object.keys(byParty).some((name) => !(name in PARTY_MEMBERS)))
    return `personal holds something else than the values of ${PARTIES.join(", ")}`;
  const personal: EventLine["personal"] = {};
  for (const party of PARTIES) {
    const given = byParty[party] ?? undefined;
    if (given === undefined) continue;
    const salt = asBytes(asObject(given)?.salt);
    const values = asObject(asObject(given)?.values);
    if (!salt || !values || Object.keys(given).length !== 2)
      return `personal.${party} is not a salt in hexadecimal and the values`;
    const members: readonly string[] = PARTY_MEMBERS[party];
    const unknown = Object.keys(values).filter((name) => !members.includes(name));
    if (unknown.length > 0) return `${unknown.join(", ")} was put into personal.${party}, which has no such value`;
    personal[party] = { salt, values };
  }
  return personal;
}
