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
