import { invalidInput, SystemError, type FieldProblem } from "@supergraph/errors";
import { constraintViolation } from "@supergraph/persistence";
import { constrainedFields, type EntityTypeDefinition, type FieldDefinition } from "../entity-type/definition.js";
import type { EntityValues } from "./entity-record.js";
import { valueProblem } from "./value-rules.js";

/**
 * The values that an input gives, and nothing that it leaves out.
 * @throws SystemError INVALID_INPUT that names every field at fault
 */
export function checkedValues(type: EntityTypeDefinition, input: EntityValues): EntityValues {
  const given = type.fields.filter(({ name }) => Object.hasOwn(input, name));
  const [first, ...rest] = given.flatMap((field) => inputProblems(field, input[field.name]));
  if (first) throw invalidInput(first, ...rest);
  return Object.fromEntries(given.map(({ name }) => [name, input[name]]));
}

function inputProblems(field: FieldDefinition, value: unknown): FieldProblem[] {
  const path = `input.${field.name}`;
  if (value === null || value === undefined) {
    return field.required ? [{ path, message: "must not be null" }] : [];
  }
  const elements = field.list ? [...(value as unknown[]).entries()] : [[undefined, value] as const];
  return elements.flatMap(([index, element]) => {
    const message = valueProblem(field, element);
    return message === undefined ? [] : [{ path: index === undefined ? path : `${path}[${index}]`, message }];
  });
}

/** What PostgreSQL refused, as an error that names the field; anything else as it is. */
export function inputErrorOf(type: EntityTypeDefinition, error: unknown): unknown {
  const violation = constraintViolation(error);
  if (!violation) return error;
  const { kind, constraint = "", column } = violation;
  const names = constrainedFields(type).get(constraint) ?? (column === undefined ? [] : [column]);
  const problems = (message: string) => names.map((name) => ({ path: `input.${name}`, message }));
  switch (kind) {
    case "unique":
      return new SystemError("UNIQUE_VIOLATION", {
        message: `Another ${type.name} has the same ${names.join(" and ")}.`,
        fields: problems("is taken"),
        cause: error,
      });
    case "foreign-key":
      return new SystemError("REFERENCE_VIOLATION", { fields: problems("refers to nothing"), cause: error });
    case "not-null":
    case "check": {
      const [first, ...rest] = problems(checkMessage(type, names[0]));
      return first ? invalidInput(first, ...rest) : error;
    }
  }
}

function checkMessage({ fields }: EntityTypeDefinition, name: string | undefined): string {
  const pattern = fields.find((field) => field.name === name)?.pattern ?? null;
  return pattern === null ? "is not a value of this field" : `must match ${pattern}`;
}
