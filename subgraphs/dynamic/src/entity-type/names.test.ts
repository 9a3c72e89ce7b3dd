import { expect, it } from "vitest";
import { entityType, field } from "../fixtures/definition.fixture.js";
import { constraintName } from "./definition.js";
import { FieldKind } from "./field-kind.js";
import { collisionProblems, takenNamesOf } from "./name-collisions.js";
import { orderValueOf, pluralOf } from "./names.js";

it.each([
  ["Product", "products"],
  ["Category", "categories"],
  ["Day", "days"],
  ["Box", "boxes"],
  ["OrderBatch", "orderBatches"],
])("the plural of %s is %s", (name, plural) => expect(pluralOf(name)).toBe(plural));

it.each([
  ["price", "PRICE"],
  ["unitPrice", "UNIT_PRICE"],
  ["taxIDNumber", "TAX_ID_NUMBER"],
  ["line2Total", "LINE2_TOTAL"],
])("lists are ordered by %s as %s", (name, value) => expect(orderValueOf(name)).toBe(value));

it("the names of constraints stay different where PostgreSQL would cut them off", () => {
  const [one, other] = ["a", "b"].map((end) => constraintName("T".repeat(60), [`${"f".repeat(60)}${end}`], "unique"));
  expect(one).toHaveLength(63);
  expect(one).not.toBe(other);
});

it("names of types and of root fields collide apart", () => {
  const taken = takenNamesOf(
    [
      {
        owner: "the subgraph shop",
        sdl: "type Query { product: Int } type Mutation { createLamp: Int } type Chair { a: Int }",
      },
    ],
    [entityType("Table", [field("a", FieldKind.INT)])],
  );
  const problemsOf = (name: string) =>
    collisionProblems(entityType(name, [field("a", FieldKind.INT)]), taken).map(
      ({ path, message }) => `${path}: ${message}`,
    );
  expect(problemsOf("Product")).toEqual(["input.name: the query product is there already, in the subgraph shop"]);
  expect(problemsOf("Lamp")).toEqual(["input.name: the mutation createLamp is there already, in the subgraph shop"]);
  expect(problemsOf("Chair")).toEqual(["input.name: Chair is there already, in the subgraph shop"]);
  expect(problemsOf("TableFilter")).toEqual(["input.name: TableFilter is there already, in the entity type Table"]);
  expect(problemsOf("String")).toEqual(["input.name: String is there already, in GraphQL"]);
  expect(problemsOf("Query")).toEqual(["input.name: Query is there already, in GraphQL"]);
  expect(problemsOf("Sofa")).toEqual([]);
});
