import { createHash } from "node:crypto";
import { FieldKind } from "./field-kind.js";

/** What becomes of those that refer to an entity when it is deleted. */
export enum ReferenceAction {
  RESTRICT = "RESTRICT",
  CASCADE = "CASCADE",
  SET_NULL = "SET_NULL",
}

/** The target of references to people, who live in another service. */
export const USER = "User";

export interface FieldDefinition {
  name: string;
  kind: FieldKind;
  description: string | null;
  required: boolean;
  unique: boolean;
  indexed: boolean;
  list: boolean;
  /** The audit log records that it changed, not its values. */
  sensitive: boolean;
  defaultValue: unknown;
  enumValues: string[] | null;
  target: string | null;
  onDelete: ReferenceAction | null;
  minimum: string | null;
  maximum: string | null;
  maxLength: number | null;
  pattern: string | null;
}

/** What the person who defines a type says of it. */
export interface EntityTypeDraft {
  name: string;
  pluralName: string;
  description: string | null;
  fields: FieldDefinition[];
  uniqueTogether: string[][];
}

export interface EntityTypeDefinition extends EntityTypeDraft {
  version: number;
  createdAt: Date;
  updatedAt: Date;
  createdBy: string | null;
}

export const DEFAULT_STRING_LENGTH = 255;

/** The longest value of a text field, in characters; undefined where only a request's size limits it. */
export function lengthLimit(field: Pick<FieldDefinition, "kind" | "maxLength">): number | undefined {
  return field.maxLength ?? (field.kind === FieldKind.STRING ? DEFAULT_STRING_LENGTH : undefined);
}

/** Whether the field refers to entities of a type of this service. */
export function refersToEntity(field: FieldDefinition): field is FieldDefinition & { target: string } {
  return field.target !== null && field.target !== USER;
}

const IDENTIFIER_BYTES = 63;

/** The name of a constraint or index; the words hold no underscore, so no two are alike, and none is a table's. */
export function constraintName(typeName: string, words: readonly string[], rule: string): string {
  const name = [typeName, ...words, rule].join("_");
  if (name.length <= IDENTIFIER_BYTES) return name;
  const digest = createHash("sha256").update(name).digest("hex").slice(0, 16);
  return `${name.slice(0, IDENTIFIER_BYTES - digest.length - 1)}_${digest}`;
}

/** The fields that each constraint of the type's table guards, by the constraint's name. */
export function constrainedFields(type: EntityTypeDraft): ReadonlyMap<string, readonly string[]> {
  const rules = ["unique", "reference", "values", "minimum", "maximum", "length", "pattern"];
  return new Map<string, readonly string[]>([
    ...type.fields.flatMap(({ name }) =>
      rules.map((rule) => [constraintName(type.name, [name], rule), [name]] as const),
    ),
    ...type.uniqueTogether.map((names) => [constraintName(type.name, names, "unique"), names] as const),
  ]);
}
