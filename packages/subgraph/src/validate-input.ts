import { invalidInput, type FieldProblem } from "@supergraph/errors";
import { validate, type ValidationError } from "class-validator";
import { getNamedType, type GraphQLResolveInfo } from "graphql";
import type { ValidatorFn } from "type-graphql";

/**
 * Holds an argument against the class-validator rules of its input type, and against what no text may hold.
 * @throws SystemError INVALID_INPUT that names every field at fault
 */
export const validateInput: ValidatorFn = async (value: unknown, _type, { info }) => {
  const values: unknown[] = Array.isArray(value) ? value : [value];
  const problems = await Promise.all(values.filter(isObject).map((each) => problemsIn(each, argumentOf(each, info))));
  const [first, ...rest] = problems.flat();
  if (first) throw invalidInput(first, ...rest);
};

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;

async function problemsIn(input: object, parent: string): Promise<FieldProblem[]> {
  const faults = await validate(input, { forbidUnknownValues: false });
  const problems = faults.flatMap((fault) => problemsOf(fault, parent));
  const named = new Set(problems.map(({ path }) => path));
  return [...problems, ...unstorableText(input, parent).filter(({ path }) => !named.has(path))];
}

/** The name of the argument that takes inputs of this type; classes are called as their types are. */
function argumentOf(input: object, { parentType, fieldName }: GraphQLResolveInfo): string {
  const declared = parentType.getFields()[fieldName]?.args ?? [];
  return declared.find(({ type }) => getNamedType(type).name === input.constructor.name)?.name ?? "input";
}

function problemsOf({ property, constraints, children }: ValidationError, parent: string): FieldProblem[] {
  const path = `${parent}.${property}`;
  return [
    ...Object.values(constraints ?? {}).map((message) => ({ path, message })),
    ...(children ?? []).flatMap((child) => problemsOf(child, path)),
  ];
}

/** PostgreSQL stores every character but one. What is within a JSON value is said when it is stored. */
function unstorableText(input: object, parent: string): FieldProblem[] {
  return Object.entries(input).flatMap(([name, value]: [string, unknown]) => {
    const path = `${parent}.${name}`;
    if (typeof value === "string" && value.includes("\0"))
      return [{ path, message: "must not hold the character U+0000" }];
    return isInput(value) ? unstorableText(value, path) : [];
  });
}

const isInput = (value: unknown): value is object =>
  isObject(value) && !Array.isArray(value) && value.constructor !== Object;
