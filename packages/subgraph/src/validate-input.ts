import { invalidInput, type FieldProblem } from "@supergraph/errors";
import { validate, type ValidationError } from "class-validator";
import type { ValidatorFn } from "type-graphql";

/**
 * Holds an argument against the class-validator rules of its input type.
 * @throws SystemError INVALID_INPUT that names every field at fault
 */
export const validateInput: ValidatorFn = async (value: unknown) => {
  if (typeof value !== "object" || value === null) return;
  const values: unknown[] = Array.isArray(value) ? value : [value];
  const faults = await Promise.all(
    values.filter(isValidated).map((each) => validate(each, { forbidUnknownValues: false })),
  );
  const [first, ...rest] = faults.flat().flatMap((fault) => problemsOf(fault, "input"));
  if (first) throw invalidInput(first, ...rest);
};

const isValidated = (value: unknown): value is object => typeof value === "object" && value !== null;

function problemsOf({ property, constraints, children }: ValidationError, parent: string): FieldProblem[] {
  const path = `${parent}.${property}`;
  return [
    ...Object.values(constraints ?? {}).map((message) => ({ path, message })),
    ...(children ?? []).flatMap((child) => problemsOf(child, path)),
  ];
}
