import type { EntityTypeDefinition, FieldDefinition } from "../entity-type/definition.js";
import { FieldKind } from "../entity-type/field-kind.js";

/** An entity as resolvers read it: the system's fields, and those of its type under their own names. */
export interface EntityRecord {
  __typename: string;
  id: string;
  version: number;
  createdAt: Date;
  updatedAt: Date;
  createdBy: string | null;
  updatedBy: string | null;
  deletedAt: Date | null;
  [field: string]: unknown;
}

/** The values that a client gave, by field. */
export type EntityValues = Readonly<Record<string, unknown>>;

/** The fields that the type defines, as they stand in the record. */
export function valuesOf(type: EntityTypeDefinition, record: EntityRecord): Record<string, unknown> {
  return Object.fromEntries(type.fields.map(({ name }) => [name, record[name]]));
}

/** What people call the entity: its first text that is no secret, else its id. */
export function labelOf(type: EntityTypeDefinition, record: EntityRecord): string {
  const label = type.fields.find(({ kind, list, sensitive }) => kind === FieldKind.STRING && !list && !sensitive);
  const text = label && record[label.name];
  return typeof text === "string" ? text : record.id;
}

/** The values of which the audit log keeps nothing. */
export function sensitiveFields({ fields }: EntityTypeDefinition): ReadonlySet<string> {
  return new Set(fields.filter(({ sensitive }) => sensitive).map(({ name }) => name));
}

/** Whether PostgreSQL's driver would turn values of the field into something that loses digits, or a zone's day. */
export function isReadAsText({ kind, list }: FieldDefinition): boolean {
  return kind === FieldKind.DATE || (kind === FieldKind.DECIMAL && list);
}
