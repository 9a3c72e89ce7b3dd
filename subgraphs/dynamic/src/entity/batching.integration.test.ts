import { disposableDatabase, type DisposableDatabase } from "@supergraph/testing";
import { afterAll, beforeAll, expect, it } from "vitest";
import { dynamicParts } from "../fixtures/dynamic-parts.fixture.js";
import { admin, dynamicServer } from "../fixtures/dynamic-server.fixture.js";

let disposable: DisposableDatabase;
let parts: Awaited<ReturnType<typeof dynamicParts>>;
const books: string[] = [];
beforeAll(async () => {
  disposable = await disposableDatabase();
  const server = await dynamicServer(disposable.url("dynamic"));
  await server.define({ name: "Shelf", fields: [{ name: "name", kind: "STRING" }] });
  await server.define({
    name: "Book",
    fields: [
      { name: "title", kind: "STRING" },
      { name: "shelf", kind: "REFERENCE", target: "Shelf" },
      { name: "sequel", kind: "REFERENCE", target: "Book" },
    ],
  });
  await server.close();
  parts = await dynamicParts(disposable.url("dynamic"));
  const service = parts.serviceFor(admin);
  for (let index = 0; index < 20; index++) {
    const shelf = await service.create(parts.typeOf("Shelf"), { name: `shelf ${index}` });
    const sequel = books.at(-1);
    const book = await service.create(parts.typeOf("Book"), {
      title: `book ${index}`,
      shelf: shelf.id,
      ...(sequel !== undefined && { sequel }),
    });
    books.push(book.id);
  }
});
afterAll(async () => {
  await parts.database.close();
  await disposable.drop();
});

it("a list takes one statement for itself and one for each reference below it, however long it is", async () => {
  const query = `query ($first: Int) {
    books(first: $first) { nodes { title createdBy { id } entityType { name } shelf { name } sequel { title sequel { title } } } }
  }`;
  const few = await parts.ask(query, admin, { first: 2 });
  const many = await parts.ask(query, admin, { first: 20 });
  expect(many.errors).toBeUndefined();
  expect((many.data as { books: { nodes: unknown[] } }).books.nodes).toHaveLength(20);
  expect(many.data).toMatchObject({
    books: { nodes: { 19: { shelf: { name: "shelf 19" }, sequel: { title: "book 18" } } } },
  });
  expect(few.statements).toBeLessThanOrEqual(4);
  expect(many.statements).toBeLessThanOrEqual(4);
});

it("references take one statement for each type, however many they are, whatever name they come by", async () => {
  const query = `query ($representations: [_Any!]!) {
    _entities(representations: $representations) { ... on Entity { id version } ... on Book { title } }
  }`;
  const asBook = await parts.ask(query, admin, { representations: books.map((id) => ({ __typename: "Book", id })) });
  expect(asBook.data?._entities).toHaveLength(20);
  expect(asBook.data).toMatchObject({ _entities: { 3: { title: "book 3" } } });
  expect(asBook.statements).toBe(1);
  const asEntity = await parts.ask(query, admin, {
    representations: books.map((id) => ({ __typename: "Entity", id })),
  });
  expect(asEntity.data).toMatchObject({ _entities: { 3: { title: "book 3" } } });
  expect(asEntity.statements).toBe(2);
});
