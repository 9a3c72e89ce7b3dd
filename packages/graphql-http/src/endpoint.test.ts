import { createLog, createServer } from "@supergraph/service";
import { buildSchema } from "graphql";
import { expect, it } from "vitest";
import { GraphQLEndpoint } from "./endpoint.js";

const log = createLog("test", "silent");

/** A chain of fragments, each of which spreads the next one twice: the last one stands there 2^length times. */
function doubling(length: number): string {
  const fragments = Array.from(
    { length },
    (_, index) => `fragment F${index} on Query { a: self { ...F${index + 1} } b: self { ...F${index + 1} } }`,
  );
  return `{ ...F0 } ${fragments.join(" ")} fragment F${length} on Query { __typename }`;
}

it("an operation that fragments make huge is refused before it is planned or executed", async () => {
  const app = createServer({ name: "test", log, isReady: () => Promise.resolve(true) });
  const endpoint = new GraphQLEndpoint(app, { log, context: () => Promise.resolve({}) });
  await endpoint.use({ schema: buildSchema("type Query { self: Query }") });
  const codeOf = async (query: string) => {
    const response = await app.inject({ method: "POST", url: "/graphql", payload: { query } });
    return response.json<{ errors?: { extensions: { code: string } }[] }>().errors?.[0]?.extensions.code;
  };
  expect(await codeOf(doubling(5))).toBeUndefined();
  expect(await codeOf(doubling(30))).toBe("GRAPHQL_VALIDATION_FAILED");
  await app.close();
});
