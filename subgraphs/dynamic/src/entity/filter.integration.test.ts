import { disposableDatabase, type DisposableDatabase } from "@supergraph/testing";
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { dynamicParts } from "../fixtures/dynamic-parts.fixture.js";
import { admin, dynamicServer } from "../fixtures/dynamic-server.fixture.js";

interface Row {
  number: number | null;
  text: string | null;
  color: string | null;
  tags: string[] | null;
  blobs: unknown[] | null;
  box: Row | null;
}
type Filter = Record<string, unknown>;

const NUMBERS = [-1, 0, 7];
const TEXTS = ["", "a", "Ab", "a%b", "a_b", "a\\b", "%"];
const COLORS = ["RED", "BLUE"];
const TAGS = ["x", "Y", "%"];
const BLOBS = [1, { a: 1 }, { a: 1, b: 2 }, [1]];

let disposable: DisposableDatabase;
let parts: Awaited<ReturnType<typeof dynamicParts>>;
const rows = new Map<string, Row>();
beforeAll(async () => {
  disposable = await disposableDatabase();
  const server = await dynamicServer(disposable.url("dynamic"));
  const { errors } = await server.define({
    name: "Box",
    pluralName: "boxes",
    fields: [
      { name: "number", kind: "INT" },
      { name: "text", kind: "STRING" },
      { name: "color", kind: "ENUM", enumValues: COLORS },
      { name: "tags", kind: "STRING", list: true },
      { name: "blobs", kind: "JSON", list: true },
      { name: "box", kind: "REFERENCE", target: "Box" },
    ],
  });
  expect(errors).toEqual([]);
  await server.close();
  parts = await dynamicParts(disposable.url("dynamic"));
  const service = parts.serviceFor(admin);
  const nullable = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null });
  const row = fc.record({
    number: nullable(fc.constantFrom(...NUMBERS)),
    text: nullable(fc.constantFrom(...TEXTS)),
    color: nullable(fc.constantFrom(...COLORS)),
    tags: nullable(fc.uniqueArray(fc.constantFrom(...TAGS))),
    blobs: nullable(fc.array(fc.constantFrom(...BLOBS), { maxLength: 2 })),
  });
  for (const [index, values] of fc.sample(row, { numRuns: 40, seed: 1 }).entries()) {
    const boxes = [...rows.keys()];
    const inner = index % 3 === 0 ? undefined : boxes[index % boxes.length];
    const { id } = await service.create(parts.typeOf("Box"), { ...values, box: inner ?? null });
    rows.set(id, { ...values, box: (inner !== undefined && rows.get(inner)) || null });
  }
});
afterAll(async () => {
  await parts.database.close();
  await disposable.drop();
});

const given = <T>(shape: Record<string, fc.Arbitrary<T>>) => fc.record(shape, { requiredKeys: [] });
const scalars = (values: readonly unknown[]) => ({
  eq: fc.constantFrom(...values, null),
  ne: fc.constantFrom(...values, null),
  in: fc.subarray([...values]),
  notIn: fc.subarray([...values]),
  isNull: fc.boolean(),
});
const lists = (values: readonly unknown[]) => ({
  eq: fc.subarray([...values]),
  ne: fc.subarray([...values]),
  isNull: fc.boolean(),
  has: fc.constantFrom(...values),
  hasAny: fc.subarray([...values]),
  hasAll: fc.subarray([...values]),
});
const number = fc.constantFrom(...NUMBERS);
const text = fc.constantFrom(...TEXTS, "B", "\\", "_");
const one = (shape: object) => fc.oneof(...Object.entries(shape).map(([key, value]) => given({ [key]: value })));

const { filter } = fc.letrec<{ filter: Filter }>((tie) => ({
  filter: fc.oneof(
    { depthSize: "small", maxDepth: 4, withCrossShrink: true },
    given({
      number: one({ ...scalars(NUMBERS), lt: number, lte: number, gt: number, gte: number }),
      text: one({
        ...scalars(TEXTS),
        ...{ contains: text, startsWith: text, endsWith: text },
        ...{ containsI: text, startsWithI: text, endsWithI: text },
      }),
      color: one(scalars(COLORS)),
      tags: one(lists(TAGS)),
      blobs: one(lists(BLOBS)),
    }) as fc.Arbitrary<Filter>,
    fc.record({ not: tie("filter") }),
    fc.record({ and: fc.array(tie("filter"), { maxLength: 2 }) }),
    fc.record({ or: fc.array(tie("filter"), { maxLength: 2 }) }),
    fc.record({ box: tie("filter") }),
  ),
}));

it("a filter finds exactly the entities that it is true of, and its `not` exactly the others", async () => {
  const service = parts.serviceFor(admin);
  const type = parts.typeOf("Box");
  const found = async (by: Filter) =>
    new Set((await service.list(type, { filter: by, first: 100 }, parts.model)).nodes.map(({ id }) => id));
  await fc.assert(
    fc.asyncProperty(filter, async (by) => {
      const expected = [...rows].filter(([, row]) => holds(by, row)).map(([id]) => id);
      const [them, others] = [await found(by), await found({ not: by })];
      expect(them).toEqual(new Set(expected));
      expect(others).toEqual(new Set([...rows.keys()].filter((id) => !them.has(id))));
    }),
    { numRuns: 300 },
  );
}, 60_000);

it("a filter of many parts is refused, also when they ask for nothing", async () => {
  const list = (filter: Filter) => parts.serviceFor(admin).list(parts.typeOf("Box"), { filter }, parts.model);
  const empty = Array.from({ length: 201 }, () => ({}));
  await expect(list({ or: empty })).rejects.toMatchObject({ reason: "INVALID_INPUT" });
  await expect(list({ not: { and: empty } })).rejects.toMatchObject({ reason: "INVALID_INPUT" });
});

/** What the contract says of a filter, by the plainest means. */
function holds(by: Filter, row: Row): boolean {
  return Object.entries(by).every(([name, value]) => {
    if (name === "not") return !holds(value as Filter, row);
    if (name === "and") return (value as Filter[]).every((each) => holds(each, row));
    if (name === "or") return (value as Filter[]).some((each) => holds(each, row));
    if (name === "box") return row.box !== null && holds(value as Filter, row.box);
    const actual = row[name as keyof Row];
    return Object.entries(value as Filter).every(([operator, operand]) => compare(operator, actual, operand));
  });
}

const same = (left: unknown, right: unknown) => JSON.stringify(left) === JSON.stringify(right);

function compare(operator: string, actual: unknown, operand: unknown): boolean {
  if (operator === "isNull") return (actual === null) === operand;
  if (operator === "eq") return same(actual, operand);
  if (operator === "ne") return !same(actual, operand);
  const among = (value: unknown, values: unknown) => (values as unknown[]).some((each) => same(each, value));
  if (operator === "notIn") return actual === null || !among(actual, operand);
  if (actual === null) return false;
  const lower = (value: unknown) => (value as string).toLowerCase();
  const text = actual as string;
  switch (operator) {
    case "in":
      return among(actual, operand);
    case "lt":
      return Number(actual) < Number(operand);
    case "lte":
      return Number(actual) <= Number(operand);
    case "gt":
      return Number(actual) > Number(operand);
    case "gte":
      return Number(actual) >= Number(operand);
    case "contains":
      return text.includes(String(operand));
    case "startsWith":
      return text.startsWith(String(operand));
    case "endsWith":
      return text.endsWith(String(operand));
    case "containsI":
      return lower(text).includes(lower(operand));
    case "startsWithI":
      return lower(text).startsWith(lower(operand));
    case "endsWithI":
      return lower(text).endsWith(lower(operand));
    case "has":
      return among(operand, actual);
    case "hasAny":
      return (operand as unknown[]).some((each) => among(each, actual));
    case "hasAll":
      return (operand as unknown[]).every((each) => among(each, actual));
    default:
      throw new Error(`There is no operator ${operator}`);
  }
}
