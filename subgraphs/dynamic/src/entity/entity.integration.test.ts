import { Database } from "@supergraph/persistence";
import { disposableDatabase, type DisposableDatabase } from "@supergraph/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ada, admin, bob, dynamicServer, person, type DynamicServer } from "../fixtures/dynamic-server.fixture.js";

const writer = (sub: string) =>
  person(sub, "Product:create", "Product:read:own", "Product:update:own", "Product:delete:own");

describe("entities", () => {
  let disposable: DisposableDatabase;
  let owner: Database;
  let server: DynamicServer;
  beforeAll(async () => {
    disposable = await disposableDatabase();
    owner = new Database({ url: disposable.ownerUrl, schema: "dynamic" });
    server = await dynamicServer(disposable.url("dynamic"));
    const defined = [
      await server.define({
        name: "Category",
        fields: [
          { name: "name", kind: "STRING", required: true, unique: true },
          { name: "parent", kind: "REFERENCE", target: "Category", onDelete: "SET_NULL" },
        ],
      }),
      await server.define({
        name: "Product",
        fields: [
          { name: "sku", kind: "STRING", required: true, unique: true, pattern: "^[A-Z]+-[0-9]+$", maxLength: 20 },
          { name: "price", kind: "DECIMAL", minimum: "0", maximum: "1000000" },
          { name: "stock", kind: "BIGINT", defaultValue: 0 },
          { name: "color", kind: "ENUM", enumValues: ["RED", "GREEN"], defaultValue: "RED" },
          { name: "releasedOn", kind: "DATE" },
          { name: "soldAt", kind: "DATETIME" },
          { name: "weight", kind: "FLOAT" },
          { name: "fragile", kind: "BOOLEAN" },
          { name: "code", kind: "UUID" },
          { name: "extra", kind: "JSON" },
          { name: "notes", kind: "TEXT" },
          { name: "secret", kind: "STRING", sensitive: true },
          { name: "tags", kind: "STRING", list: true },
          { name: "prices", kind: "DECIMAL", list: true },
          { name: "days", kind: "DATE", list: true },
          { name: "blobs", kind: "JSON", list: true },
          { name: "owner", kind: "REFERENCE", target: "User" },
          { name: "category", kind: "REFERENCE", target: "Category" },
        ],
      }),
      await server.define({
        name: "Review",
        fields: [{ name: "product", kind: "REFERENCE", target: "Product", required: true, onDelete: "CASCADE" }],
      }),
    ];
    expect(defined.flatMap(({ errors }) => errors)).toEqual([]);
  });
  afterAll(async () => {
    await server.close();
    await owner.close();
    await disposable.drop();
  });

  const create = async (
    type: string,
    input: Record<string, unknown>,
    as = admin,
    fields = "id",
  ): Promise<{ id: string }> => {
    const { data, errors } = await server.ask(
      `mutation ($input: ${type}Input!) { create${type}(input: $input) { ${fields} } }`,
      { as, variables: { input } },
    );
    expect(errors).toEqual([]);
    return data[`create${type}`] as unknown as { id: string };
  };
  const eventsOf = (id: string) =>
    owner.run((query) => query("audit_outbox").where({ entity_id: id }).orderBy(["occurred_at", "id"]).select("*"));

  it("keep every kind of value as it was given", async () => {
    const given = {
      sku: "FULL-1",
      price: "19.90",
      stock: "9223372036854775807",
      color: "GREEN",
      releasedOn: "2026-02-28",
      soldAt: "2026-11-23T20:00:00.123Z",
      weight: 1.5,
      fragile: true,
      code: "01900000-0000-7000-8000-000000000001",
      extra: { nested: [1, "two", null, { "?": "\\" }] },
      notes: "long ".repeat(1_000),
      tags: ["a", 'quo"te', "back\\slash", "{}", ""],
      prices: ["0.10", "12345678901234567890.123456789"],
      days: ["2024-02-29"],
      blobs: [{ a: 1 }, [1, 2], "x"],
      owner: ada,
    };
    const { owner: given_owner, ...plain } = given;
    const fields = `id ${Object.keys(plain).join(" ")} owner { id } secret version createdBy { id } entityType { name entityCount }`;
    const created = await create("Product", given, admin, fields);
    expect(created).toMatchObject({
      ...plain,
      owner: { id: given_owner },
      secret: null,
      version: 1,
      createdBy: { id: admin.sub },
      entityType: { name: "Product", entityCount: 1 },
    });
    const [event] = await eventsOf(created.id);
    const told = Object.entries(given).map(([field, after]) => ({ field, before: null, after }));
    expect((event as { changes: object[] }).changes).toEqual(expect.arrayContaining(told));
  });

  it("refuse what doesn't fit, naming every field", async () => {
    const attempt = (input: Record<string, unknown>) =>
      server.ask("mutation ($input: ProductInput!) { createProduct(input: $input) { id } }", {
        as: admin,
        variables: { input },
      });
    const wrong = await attempt({
      sku: `X-${"1".repeat(30)}`,
      price: "-0.01",
      stock: "9223372036854775808",
      code: "no uuid",
      notes: "nul \0",
      extra: { a: "\ud800" },
      tags: ["ok", "x".repeat(256)],
      releasedOn: "0000-01-01",
    });
    expect(wrong.reasons).toEqual(["INVALID_INPUT"]);
    expect(wrong.fields[0]).toEqual(
      ["sku", "price", "stock", "releasedOn", "code", "extra", "notes", "tags[1]"].map((name) => `input.${name}`),
    );
    const unmatched = await attempt({ sku: "lower-1" });
    expect(unmatched).toMatchObject({ reasons: ["INVALID_INPUT"], fields: [["input.sku"]] });
    await create("Product", { sku: "TWICE-1" });
    expect(await attempt({ sku: "TWICE-1" })).toMatchObject({ reasons: ["UNIQUE_VIOLATION"], fields: [["input.sku"]] });
    const nowhere = await attempt({ sku: "REF-1", category: ada });
    expect(nowhere).toMatchObject({ reasons: ["INVALID_INPUT"], fields: [["input.category"]] });
    const rounded = await attempt({ sku: "A-1", stock: 2 ** 53 });
    expect(rounded.reasons).toEqual(["BAD_USER_INPUT"]);
    expect((await attempt({ sku: "A-1", color: "BLUE" })).reasons).toEqual(["BAD_USER_INPUT"]);
    expect((await attempt({ price: "1" })).reasons).toEqual(["BAD_USER_INPUT"]);
  });

  it("change only at the version that was expected, and leave what isn't given", async () => {
    const { id } = await create("Product", { sku: "CHANGE-1", price: "1", secret: "old" });
    const update = (input: Record<string, unknown>, expectedVersion?: number) =>
      server.ask(
        `mutation ($id: ID!, $input: ProductUpdate!, $expectedVersion: Int) {
          updateProduct(id: $id, input: $input, expectedVersion: $expectedVersion) { sku price version updatedBy { id } }
        }`,
        { as: admin, variables: { id, input, expectedVersion } },
      );
    expect((await update({ price: "2.00", secret: "new" }, 1)).data).toEqual({
      updateProduct: { sku: "CHANGE-1", price: "2.00", version: 2, updatedBy: { id: admin.sub } },
    });
    const stale = await update({ price: "3" }, 1);
    expect(stale.reasons).toEqual(["STALE_VERSION"]);
    expect(stale.errors[0]?.extensions).toMatchObject({ code: "CONFLICT", currentVersion: 2 });
    expect(await update({ sku: null })).toMatchObject({ reasons: ["INVALID_INPUT"], fields: [["input.sku"]] });
    expect(await eventsOf(id)).toMatchObject([
      {
        action: "entity.create",
        entity_type: "Product",
        entity_label: "CHANGE-1",
        entity_version: 1,
        outcome: "success",
      },
      {
        action: "entity.update",
        entity_version: 2,
        changes: [
          { field: "price", before: "1", after: "2.00" },
          { field: "secret", before: null, after: null, redacted: true },
        ],
      },
      { action: "entity.update", outcome: "failure", reason: "STALE_VERSION" },
      { action: "entity.update", outcome: "failure", reason: "INVALID_INPUT" },
    ]);
  });

  it("are not deleted while something refers to them, take with them what cascades, and come back", async () => {
    const category = await create("Category", { name: "garden" });
    const child = await create("Category", { name: "roses", parent: category.id });
    const product = await create("Product", { sku: "ROSE-1", category: category.id });
    const review = await create("Review", { product: product.id });
    const ask = (query: string) => server.ask(query, { as: admin });

    const refused = await ask(`mutation { deleteCategory(id: "${category.id}") { id } }`);
    expect(refused.reasons).toEqual(["REFERENCE_VIOLATION"]);
    expect((await ask(`{ category(id: "${child.id}") { parent { name } } }`)).data).toEqual({
      category: { parent: { name: "garden" } },
    });

    const { data } = await ask(`mutation { deleteProduct(id: "${product.id}") { deletedAt } }`);
    expect(data).toEqual({ deleteProduct: { deletedAt: expect.any(String) } });
    expect((await ask(`{ product(id: "${product.id}") { id } review(id: "${review.id}") { id } }`)).data).toEqual({
      product: null,
      review: null,
    });
    const deletion = {
      action: "entity.delete",
      entity_version: 2,
      changes: [{ field: "deletedAt", before: null, after: expect.any(String) as string }],
    };
    expect(await eventsOf(review.id)).toMatchObject([{ action: "entity.create" }, deletion]);
    expect(await eventsOf(product.id)).toMatchObject([{ action: "entity.create" }, deletion]);

    expect((await ask(`mutation { deleteCategory(id: "${category.id}") { id } }`)).reasons).toEqual([]);
    expect((await ask(`{ category(id: "${child.id}") { parent { name } version } }`)).data).toEqual({
      category: { parent: null, version: 2 },
    });
    const orphan = await ask(`mutation { restoreProduct(id: "${product.id}") { id } }`);
    expect(orphan).toMatchObject({ reasons: ["INVALID_INPUT"], fields: [["input.category"]] });
    await ask(`mutation { restoreCategory(id: "${category.id}") { id } }`);
    expect(
      (await ask(`mutation { restoreProduct(id: "${product.id}") { category { name } deletedAt } }`)).data,
    ).toEqual({
      restoreProduct: { category: { name: "garden" }, deletedAt: null },
    });
    expect((await eventsOf(product.id)).at(-1)).toMatchObject({
      action: "entity.restore",
      changes: [{ field: "deletedAt", before: expect.any(String) as string, after: null }],
    });
  });

  it("let the value of a unique field go when they are deleted", async () => {
    const { id } = await create("Category", { name: "reused" });
    await server.ask(`mutation { deleteCategory(id: "${id}") { id } }`, { as: admin });
    const again = await create("Category", { name: "reused" });
    expect((await server.ask('{ categoryByName(value: "reused") { id } }', { as: admin })).data).toEqual({
      categoryByName: { id: again.id },
    });
    const restored = await server.ask(`mutation { restoreCategory(id: "${id}") { id } }`, { as: admin });
    expect(restored.reasons).toEqual(["UNIQUE_VIOLATION"]);
  });

  it("are found only by those who may read them: by id, in lists, in totals, as references", async () => {
    const mine = await create("Product", { sku: "OWN-1", weight: 42 }, writer(ada));
    const others = await create("Product", { sku: "OWN-2", weight: 42 }, writer(bob));
    const query = `query ($mine: ID!, $others: ID!) {
      a: product(id: $mine) { id } b: product(id: $others) { id } c: entity(id: $others) { id }
      d: productBySku(value: "OWN-2") { id }
      products(filter: { weight: { eq: 42 } }) { totalCount nodes { id } }
      entityTypes { name entityCount }
      _entities(representations: [{ __typename: "Product", id: $others }, { __typename: "Entity", id: $mine }]) {
        ... on Entity { id }
      }
    }`;
    const variables = { mine: mine.id, others: others.id };
    const own = await server.ask(query, { as: writer(ada), variables });
    expect(own.errors).toEqual([]);
    expect(own.data).toEqual({
      a: { id: mine.id },
      b: null,
      c: null,
      d: null,
      products: { totalCount: 1, nodes: [{ id: mine.id }] },
      entityTypes: [{ name: "Product", entityCount: 1 }],
      _entities: [null, { id: mine.id }],
    });
    const all = await server.ask(query, { as: person(ada, "Product:read"), variables });
    expect(all.data).toMatchObject({ b: { id: others.id }, products: { totalCount: 2 } });

    const change = `mutation ($id: ID!) { updateProduct(id: $id, input: { weight: 1 }) { id } deleteProduct(id: $id) { id } }`;
    const denied = await server.ask(change, { as: writer(ada), variables: { id: others.id } });
    expect(denied.reasons).toContain("ENTITY_NOT_FOUND");
    const nothing = await server.ask(`{ product(id: "${mine.id}") { id } }`, { as: person(ada) });
    expect(nothing.reasons).toEqual(["PERMISSION_MISSING"]);
    expect((await server.ask(`{ product(id: "${mine.id}") { id } }`)).reasons).toEqual(["SIGN_IN_REQUIRED"]);
    for (const id of ["no-uuid", "\\u0000"]) {
      const missing = await server.ask(`mutation { deleteProduct(id: "${id}") { id } }`, { as: admin });
      expect(missing.reasons).toEqual(["ENTITY_NOT_FOUND"]);
    }
    expect(
      (await server.ask(`{ product(id: "no-uuid") { id } entity(id: "no-uuid") { id } }`, { as: admin })).data,
    ).toEqual({
      product: null,
      entity: null,
    });
  });

  it("are not told by a filter on what the caller may not read", async () => {
    const category = await create("Category", { name: "hidden" });
    await create("Product", { sku: "HIDE-1", category: category.id }, person(ada, "Product:*", "Category:read"));
    const query = '{ products(filter: { category: { name: { eq: "hidden" } } }) { totalCount } }';
    expect((await server.ask(query, { as: writer(ada) })).reasons).toEqual(["PERMISSION_MISSING"]);
    const own = person(ada, "Product:read", "Category:read:own");
    expect((await server.ask(query, { as: own })).data).toEqual({ products: { totalCount: 0 } });
    expect((await server.ask(query, { as: admin })).data).toEqual({ products: { totalCount: 1 } });
    const read = await server.ask('{ productBySku(value: "HIDE-1") { category { name } } }', { as: writer(ada) });
    expect(read.data).toEqual({ productBySku: { category: null } });
  });

  it("refer to nothing that their writer may not read, as if it were not there", async () => {
    const category = await create("Category", { name: "pinned" });
    const refer = (as: ReturnType<typeof person>, sku: string) =>
      server.ask("mutation ($input: ProductInput!) { createProduct(input: $input) { id } }", {
        as,
        variables: { input: { sku, category: category.id } },
      });
    expect((await refer(person(ada, "Product:*"), "PIN-1")).reasons).toEqual(["INVALID_INPUT"]);
    expect((await refer(person(ada, "Product:*", "Category:read:own"), "PIN-2")).reasons).toEqual(["INVALID_INPUT"]);
    expect((await refer(person(ada, "Product:*", "Category:read"), "PIN-3")).reasons).toEqual([]);
  });

  it("page in any order, forwards and backwards", async () => {
    for (const [index, weight] of [3, 1, null, 2, 1].entries()) {
      await create("Product", { sku: `PAGE-${index}`, weight });
    }
    const page = async (args: string) => {
      const { data, errors } = await server.ask(
        `{ products(filter: { sku: { startsWith: "PAGE" } }, orderBy: [{ field: WEIGHT }, { field: SKU, direction: DESC }], ${args}) {
          totalCount edges { cursor } nodes { sku } pageInfo { hasNextPage hasPreviousPage endCursor startCursor }
        } }`,
        { as: admin },
      );
      expect(errors).toEqual([]);
      return data.products as unknown as {
        totalCount: number;
        nodes: { sku: string }[];
        pageInfo: Record<string, never>;
      };
    };
    const first = await page("first: 3");
    expect(first.nodes.map(({ sku }) => sku)).toEqual(["PAGE-4", "PAGE-1", "PAGE-3"]);
    expect(first).toMatchObject({ totalCount: 5, pageInfo: { hasNextPage: true } });
    const second = await page(`first: 3, after: "${first.pageInfo.endCursor}"`);
    expect(second.nodes.map(({ sku }) => sku)).toEqual(["PAGE-0", "PAGE-2"]);
    const back = await page(`last: 2, before: "${second.pageInfo.startCursor}"`);
    expect(back.nodes.map(({ sku }) => sku)).toEqual(["PAGE-1", "PAGE-3"]);
    const strange = await server.ask(`{ products(first: 1, after: "${first.pageInfo.endCursor}") { totalCount } }`, {
      as: admin,
    });
    expect(strange.reasons).toEqual(["INVALID_CURSOR"]);
    expect((await server.ask("{ products(first: 101) { totalCount } }", { as: admin })).reasons).toEqual([
      "INVALID_PAGE",
    ]);
  });

  it("refuse a filter that is too deep, too wide, or holds what no value is", async () => {
    const nest = (depth: number): string => (depth === 0 ? 'sku: { eq: "A" }' : `not: { ${nest(depth - 1)} }`);
    const list = async (filter: string) =>
      (await server.ask(`{ products(filter: { ${filter} }) { totalCount } }`, { as: admin })).reasons;
    expect(await list(nest(7))).toEqual([]);
    expect(await list(nest(8))).toEqual(["INVALID_INPUT"]);
    expect(await list(`or: [${'{ sku: { eq: "A" } } '.repeat(150)}]`)).toEqual(["INVALID_INPUT"]);
    expect(await list('code: { eq: "no uuid" }')).toEqual(["INVALID_INPUT"]);
    expect(await list('sku: { contains: "\\u0000" }')).toEqual(["INVALID_INPUT"]);
    expect(await list("sku: { in: null }")).toEqual(["INVALID_INPUT"]);
    expect(await list('stock: { lt: "99999999999999999999" }')).toEqual(["INVALID_INPUT"]);
  });

  it("can't come to refer to what is being deleted at the same time", async () => {
    for (let round = 0; round < 5; round++) {
      const category = await create("Category", { name: `race ${round}` });
      const [deleted, created] = await Promise.all([
        server.ask(`mutation { deleteCategory(id: "${category.id}") { id } }`, { as: admin }),
        server.ask(`mutation { createProduct(input: { sku: "RACE-${round}", category: "${category.id}" }) { id } }`, {
          as: admin,
        }),
      ]);
      expect([deleted, created].filter(({ reasons }) => reasons.length === 0)).toHaveLength(1);
    }
  });
});
