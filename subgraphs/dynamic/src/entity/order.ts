import { invalidInput } from "@supergraph/errors";
import type { SortKey } from "@supergraph/persistence";
import type { EntityTypeDefinition } from "../entity-type/definition.js";
import { kindTraits } from "../entity-type/field-kind.js";
import { orderValueOf } from "../entity-type/names.js";
import { sortableFields } from "./entity-sdl.js";

/** As GraphQL brings it; the field is a value of the type's `OrderField`. */
export interface EntityOrder {
  field: string;
  direction: "ASC" | "DESC";
}

const MAXIMUM_KEYS = 5;

const SYSTEM_KEYS: Readonly<Record<string, Omit<SortKey, "direction">>> = {
  ID: { column: "t0.id", type: "uuid" },
  CREATED_AT: { column: "t0.created_at", type: "timestamptz" },
  UPDATED_AT: { column: "t0.updated_at", type: "timestamptz" },
};

/** The sort keys of a list, ending with the id, which no two rows share. @throws SystemError INVALID_INPUT */
export function sortKeysOf(type: EntityTypeDefinition, orderBy: readonly EntityOrder[]): SortKey[] {
  if (orderBy.length > MAXIMUM_KEYS)
    throw invalidInput({ path: "orderBy", message: `must be at most ${MAXIMUM_KEYS}` });
  const keys = orderBy.map(({ field, direction }) => ({ ...keyOf(type, field), direction: lower(direction) }));
  if (new Set(keys.map(({ column }) => column)).size < keys.length) {
    throw invalidInput({ path: "orderBy", message: "must not name a field twice" });
  }
  if (orderBy.some(({ field }) => field === "ID")) return keys;
  return [...keys, { ...keyOf(type, "ID"), direction: keys.at(-1)?.direction ?? "asc" }];
}

function keyOf(type: EntityTypeDefinition, value: string): Omit<SortKey, "direction"> {
  const system = SYSTEM_KEYS[value];
  if (system) return system;
  const field = sortableFields(type).find(({ name }) => orderValueOf(name) === value);
  if (!field) throw new Error(`${type.name} can't be ordered by ${value}`);
  return { column: `t0.${field.name}`, type: kindTraits[field.kind].sqlType, nullable: !field.required };
}

const lower = (direction: "ASC" | "DESC"): SortKey["direction"] => (direction === "ASC" ? "asc" : "desc");
