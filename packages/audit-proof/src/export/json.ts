import { HASH_BYTES } from "../merkle/hash.js";
import { isSize } from "../merkle/numbers.js";

export type JsonObject = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

export function parseObject(line: string): JsonObject | undefined {
  try {
    return asObject(JSON.parse(line));
  } catch {
    return undefined;
  }
}

export const asObject = (value: unknown): JsonObject | undefined => (isObject(value) ? value : undefined);

export const asSize = (value: unknown): number | undefined =>
  typeof value === "number" && isSize(value) ? value : undefined;

/** Lower-case hexadecimal digits, as an export writes them. */
export function asBytes(value: unknown): Buffer | undefined {
  return typeof value === "string" && /^([0-9a-f]{2})+$/.test(value) ? Buffer.from(value, "hex") : undefined;
}

export function asHash(value: unknown): Buffer | undefined {
  const bytes = asBytes(value);
  return bytes?.length === HASH_BYTES ? bytes : undefined;
}

export function asHashes(value: unknown): Buffer[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const hashes = value.map(asHash);
  return hashes.every((hash) => hash !== undefined) ? hashes : undefined;
}

/** Whether an object of the line has a member twice: readers would not agree on which of them counts (RFC 8259 4). */
export function hasRepeatedMember(line: string, parsed: JsonObject): boolean {
  if (JSON.stringify(parsed) === line) return false;
  const names = [...line.matchAll(/"(?:[^"\\]|\\.)*"\s*(:?)/g)].filter(([, colon]) => colon === ":");
  return names.length !== membersOf(parsed);
}

function membersOf(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  const inside = Object.values(value).reduce<number>((count, member) => count + membersOf(member), 0);
  return Array.isArray(value) ? inside : Object.keys(value).length + inside;
}
