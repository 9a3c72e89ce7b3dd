import type { EntityTypeDefinition, FieldDefinition } from "../entity-type/definition.js";
import { FieldKind, kindTraits } from "../entity-type/field-kind.js";

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

/** What the audit log compares of an entity, as the API shows it: the fields of its type, and whether it is deleted. */
export function auditedValues(type: EntityTypeDefinition, record: EntityRecord): Record<string, unknown> {
  const values = type.fields.map((field): [string, unknown] => [field.name, shown(field, record[field.name])]);
  return { ...Object.fromEntries<unknown>(values), deletedAt: record.deletedAt };
}

function shown({ kind, list }: FieldDefinition, value: unknown): unknown {
  if (value === null || value === undefined) return null;
  const { scalar } = kindTraits[kind];
  return list ? (value as unknown[]).map((element) => scalar.serialize(element)) : scalar.serialize(value);
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
