import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TestSupergraph } from "./supergraph.fixture.js";

const json = { "content-type": "application/json" };

describe("input that makes no sense", () => {
  let supergraph: TestSupergraph;
  beforeAll(async () => {
    supergraph = await TestSupergraph.start();
  });
  afterAll(() => supergraph.stop());

  it.each([
    [
      "a body of 10 MB",
      JSON.stringify({ query: "{ me { id } }", padding: "a".repeat(10_000_000) }),
      413,
      "BAD_USER_INPUT",
    ],
    ["broken JSON", '{"query": "{ me', 400, "BAD_USER_INPUT"],
    ["JSON that is no request", "[]", 400, "BAD_REQUEST"],
    [
      "a query 10,000 levels deep",
      JSON.stringify({ query: "{a".repeat(10_000) + "}".repeat(10_000) }),
      400,
      "BAD_USER_INPUT",
    ],
    [
      "variables 10,000 levels deep",
      `{"query":"{ __typename }","variables":{"a":${"[".repeat(10_000)}${"]".repeat(10_000)}}}`,
      400,
      "BAD_USER_INPUT",
    ],
    ["a query that does not parse", '{"query":"{ me "}', 400, "GRAPHQL_PARSE_FAILED"],
    ["an unknown field", '{"query":"{ nothing }"}', 400, "GRAPHQL_VALIDATION_FAILED"],
    [
      "an unknown operation",
      '{"query":"query A { __typename }","operationName":"B"}',
      400,
      "OPERATION_RESOLUTION_FAILURE",
    ],
    [
      "operations without saying which",
      '{"query":"query A { __typename } query B { __typename }"}',
      400,
      "OPERATION_RESOLUTION_FAILURE",
    ],
    [
      "a variable of the wrong type",
      '{"query":"mutation ($id: ID!) { login(userId: $id) { user { id } } }","variables":{"id":{}}}',
      400,
      "BAD_USER_INPUT",
    ],
  ])("is answered with a code and without a stack: %s", async (_, payload, status, code) => {
    const response = await supergraph.app.inject({ method: "POST", url: "/graphql", headers: json, payload });
    expect(response.statusCode).toBe(status);
    const { errors } = response.json<{ errors: { extensions: object }[] }>();
    expect(errors[0]?.extensions).toMatchObject({ code, requestId: expect.any(String) });
    expect(response.body).not.toMatch(/node_modules|stacktrace|\.js:/);
  });

  it("is answered so at other addresses too", async () => {
    const response = await supergraph.get("/nothing");
    expect(response.statusCode).toBe(404);
    expect(response.json()).toMatchObject({
      errors: [{ extensions: { code: "NOT_FOUND", reason: "ROUTE_NOT_FOUND" } }],
    });
  });

  it("does not keep it from answering what makes sense", async () => {
    expect((await supergraph.post("{ __typename }")).body).toEqual({ data: { __typename: "Query" } });
  });
});
