import { composeSupergraph } from "@supergraph/composition";
import { buildExecutableSchema } from "@supergraph/subgraph";
import { assertValidSchema, printType } from "graphql";
import { expect, it } from "vitest";
import { FieldKind } from "../entity-type/field-kind.js";
import { entityType, field } from "../fixtures/definition.fixture.js";
import { dynamicSchema } from "../schema.js";
import { entityExtension } from "./entity-resolvers.js";
import { entitiesSdl, objectSdl } from "./entity-sdl.js";

const shop = entityType("Shop", [field("name", FieldKind.STRING, { required: true })]);
const product = entityType("Product", [
  field("sku", FieldKind.STRING, { required: true, unique: true, description: 'Stock "keeping" """unit"""\\' }),
  field("price", FieldKind.DECIMAL, { required: true, defaultValue: "1.00", minimum: "0" }),
  field("state", FieldKind.ENUM),
  field("tags", FieldKind.STRING, { list: true, required: true }),
  field("owner", FieldKind.REFERENCE, { required: true }),
  field("shop", FieldKind.REFERENCE, { target: "Shop" }),
]);

it("a type's SDL is what the person defined", () => {
  expect(objectSdl(product)).toMatchInlineSnapshot(`
    "type Product implements Entity @key(fields: "id") {
      "A UUID that no other entity of any type has."
      id: ID!
      "The definition of its type."
      entityType: EntityType!
      "Counts up with every change; goes into expectedVersion."
      version: Int!
      "When it was stored."
      createdAt: DateTime!
      "When it last changed."
      updatedAt: DateTime!
      "Who stored it, which permissions ending in :own go by."
      createdBy: User
      "Who changed it last."
      updatedBy: User
      "Null but in the answer to its deletion: what is deleted is not found."
      deletedAt: DateTime
      """
      Stock "keeping" \\"""unit\\"""\\
      """
      sku: String!
      price: Decimal!
      state: ProductState
      tags: [String!]!
      owner: User
      """Null also when the caller may not read that Shop."""
      shop: Shop
    }

    """What state of Product can be."""
    enum ProductState {
      ON
      OFF
    }"
  `);
});

it("schemas of every kind of field are valid, and compose", async () => {
  const everything = entityType(
    "Everything",
    Object.values(FieldKind).flatMap((kind) => {
      const name = `a${kind.toLowerCase()}`;
      return kind === FieldKind.REFERENCE
        ? [field(name, kind)]
        : [field(name, kind), field(`${name}s`, kind, { list: true })];
    }),
  );
  const types = [shop, product, everything];
  const fixed = await dynamicSchema();
  assertValidSchema(buildExecutableSchema(fixed, entityExtension(types)));
  expect(composeSupergraph([{ name: "dynamic", sdl: `${fixed.sdl}\n${entitiesSdl(types)}` }])).toHaveProperty(
    "supergraphSdl",
  );
  expect(composeSupergraph([{ name: "dynamic", sdl: fixed.sdl }])).toHaveProperty("supergraphSdl");
});

it("asks for what must be given, and filters by what the kind can", async () => {
  const schema = buildExecutableSchema(await dynamicSchema(), entityExtension([shop, product]));
  const print = (name: string) => printType(schema.getType(name)!);
  expect(print("ProductInput")).toMatchInlineSnapshot(`
    """"A new Product."""
    input ProductInput {
      """
      Stock "keeping" \\"""unit\\"""\\
      """
      sku: String!

      """
      At least 0.
      Unless given: "1.00"
      """
      price: Decimal
      state: ProductState
      tags: [String!]!

      """The id of a User."""
      owner: ID!

      """The id of a Shop."""
      shop: ID
    }"
  `);
  expect(print("ProductUpdate")).not.toContain("!\n");
  expect(print("ProductFilter")).toMatchInlineSnapshot(`
    """"
    All that is given must hold. As the filter of a reference: refers to one of which it holds.
    """
    input ProductFilter {
      id: IDFilter
      version: IntFilter
      createdAt: DateTimeFilter
      updatedAt: DateTimeFilter
      createdBy: UserReferenceFilter
      updatedBy: UserReferenceFilter
      sku: StringFilter
      price: DecimalFilter
      state: ProductStateFilter
      tags: StringListFilter
      owner: UserReferenceFilter
      shop: ShopFilter
      and: [ProductFilter!]

      """None of an empty list holds."""
      or: [ProductFilter!]
      not: ProductFilter
    }"
  `);
  expect(print("ProductOrderField")).toMatchInlineSnapshot(`
    """"What Product can be ordered by."""
    enum ProductOrderField {
      ID
      CREATED_AT
      UPDATED_AT
      SKU
      PRICE
      STATE
    }"
  `);
  expect(Object.keys(schema.getQueryType()?.getFields() ?? {})).toEqual(
    expect.arrayContaining(["product", "products", "productBySku", "shop", "shops"]),
  );
});
