import { createLog, createServer } from "@supergraph/service";
import { SystemError } from "@supergraph/errors";
import { describe, expect, it } from "vitest";
import { AuditOutcome } from "../audit-event/audit-event.type.js";
import { exportQueryOf, type QueryString } from "./query.js";

const ID = "01900000-0000-7000-8000-00000000ada0";
const app = createServer({ name: "test", log: createLog("test", "silent"), isReady: () => Promise.resolve(true) });
app.get<{ Querystring: QueryString }>("/audit/export", ({ query }) => exportQueryOf(query));

/** As the server reads it. */
async function read(queryString: string): Promise<unknown> {
  const response = await app.inject({ url: `/audit/export?${queryString}` });
  return response.json();
}

/** The parameters that are refused, with why. */
function faultsOf(query: QueryString): { path: string; message: string }[] {
  try {
    exportQueryOf(query);
  } catch (error) {
    if (!(error instanceof SystemError) || error.reason !== "INVALID_INPUT") throw error;
    return error.extensions.fields as { path: string; message: string }[];
  }
  return [];
}

describe("the query of an export", () => {
  it("asks for everything in ndjson when it is empty", () => {
    expect(exportQueryOf({})).toEqual({ format: "ndjson", filter: {}, fromLeaf: 0, toLeaf: undefined, proofs: false });
  });

  it("holds each field of the filter under its name in snake_case", () => {
    const query = {
      format: "ndjson",
      user_id: ID,
      entity_id: "Product",
      entity_type: "EntityType",
      actions: ["user.update", "user.create"],
      action_prefix: "user.*",
      outcome: "denied",
      service: "users",
      request_id: ID,
      trace_id: "0af7651916cd43dd8448eb211c80319c",
      session_id: ID,
      ip: "192.0.2.7",
      since: "2026-01-01T00:00:00Z",
      until: "2026-02-01T01:00:00.5+01:00",
      text: "ada",
      from_leaf: "10",
      to_leaf: "20",
      proofs: "true",
    };
    expect(exportQueryOf(query)).toEqual({
      format: "ndjson",
      filter: {
        userId: ID,
        entityId: "Product",
        entityType: "EntityType",
        actions: ["user.update", "user.create"],
        actionPrefix: "user.*",
        outcome: AuditOutcome.DENIED,
        service: "users",
        requestId: ID,
        traceId: "0af7651916cd43dd8448eb211c80319c",
        sessionId: ID,
        ip: "192.0.2.7",
        since: new Date("2026-01-01T00:00:00Z"),
        until: new Date("2026-02-01T00:00:00.5Z"),
        text: "ada",
      },
      fromLeaf: 10,
      toLeaf: 20,
      proofs: true,
    });
  });

  it("takes actions one by one or separated by commas, and an outcome in any case", async () => {
    const expected = { filter: { actions: ["a.b", "c.d", "e.f"], outcome: "failure" } };
    expect(await read("actions=a.b,c.d&actions=e.f&outcome=Failure")).toMatchObject(expected);
    expect(await read("actions=a.b%2Cc.d%2Ce.f&outcome=FAILURE")).toMatchObject(expected);
    expect(await read("actions=a.b")).toMatchObject({ filter: { actions: ["a.b"] } });
  });

  it("is refused as one error of the catalogue that names every parameter at fault", async () => {
    const queryString = "format=xml&user_id=ada&actions=&outcome=maybe&since=yesterday&from_leaf=-1&proofs=yes&limit=5";
    expect(await read(queryString)).toMatchObject({
      errors: [
        {
          extensions: {
            code: "BAD_USER_INPUT",
            reason: "INVALID_INPUT",
            fields: expect.arrayContaining(
              ["format", "user_id", "actions", "outcome", "since", "from_leaf", "proofs", "limit"].map((path) =>
                expect.objectContaining({ path }),
              ),
            ),
          },
        },
      ],
    });
  });

  it.each([
    ["an unknown parameter", { limit: "5", userId: ID }, ["limit", "userId"]],
    [
      "what an object has by itself",
      JSON.parse('{"constructor":"1","__proto__":"1"}') as object,
      ["constructor", "__proto__"],
    ],
    ["one that stands twice", { format: ["csv", "csv"], user_id: [ID, ID] }, ["format", "user_id"]],
    ["another format", { format: "CSV" }, ["format"]],
    ["ids that are none", { user_id: "ada", session_id: "1" }, ["user_id", "session_id"]],
    ["an empty text", { text: "", ip: "", entity_type: "" }, ["entity_type", "ip", "text"]],
    ["a text that is too long, or can't be stored", { service: "a".repeat(257), text: "\0" }, ["service", "text"]],
    ["an action that is empty", { actions: "a.b,,c.d" }, ["actions"]],
    ["over 100 actions", { actions: Array.from({ length: 101 }, () => "a.b") }, ["actions"]],
    ["an outcome of its own", { outcome: "maybe" }, ["outcome"]],
    ["moments that are none", { since: "2026-01-01", until: "2026-02-30T00:00:00Z" }, ["since", "until"]],
    ["a time without its zone", { since: "2026-01-01T00:00:00" }, ["since"]],
    ["an inverted time range", { since: "2026-02-01T00:00:00Z", until: "2026-01-01T00:00:00Z" }, ["since", "until"]],
    ["leaves that are none", { from_leaf: "1.5", to_leaf: "-1" }, ["from_leaf", "to_leaf"]],
    ["a leaf that no number holds", { from_leaf: "9".repeat(16), to_leaf: "1e3" }, ["from_leaf", "to_leaf"]],
    ["an inverted range of leaves", { from_leaf: "5", to_leaf: "4" }, ["from_leaf", "to_leaf"]],
    ["a beginning after the rest", { from_leaf: "5", began_at: "6" }, ["began_at"]],
    ["a beginning without what is left", { began_at: "6" }, ["began_at"]],
    ["going on with proofs", { from_leaf: "5", began_at: "0", proofs: "true" }, ["began_at"]],
    ["going on with a filter", { from_leaf: "5", began_at: "0", text: "ada" }, ["began_at"]],
    ["proofs that are neither", { proofs: "1" }, ["proofs"]],
    ["proofs where there is no place for them", { proofs: "true", format: "csv" }, ["proofs"]],
    ["proofs in ocsf", { proofs: "true", format: "ocsf" }, ["proofs"]],
  ])("refuses %s", (_, query, parameters) => {
    expect(faultsOf(query as QueryString).map(({ path }) => path)).toEqual(parameters);
  });

  it("says what would do", () => {
    expect(faultsOf({ format: "xml", outcome: "maybe", proofs: "true", limit: "1" })).toEqual([
      { path: "format", message: "must be ndjson, csv or ocsf" },
      { path: "outcome", message: "must be success, failure or denied" },
      { path: "limit", message: "is no parameter of an export" },
    ]);
    expect(faultsOf({ format: "csv", proofs: "true" })).toEqual([
      { path: "proofs", message: "stand in an export of format ndjson alone" },
    ]);
    expect(faultsOf({ text: ["a", "b"] })).toEqual([{ path: "text", message: "must be given once" }]);
    expect(faultsOf({ user_id: "ada" })).toEqual([{ path: "user_id", message: "must be a UUID" }]);
  });

  it("allows going on with a filter where nothing is proven", () => {
    expect(faultsOf({ from_leaf: "5", began_at: "5", format: "csv", text: "ada" })).toEqual([]);
  });

  it("allows a range of no leaf, and proofs that are not asked for", () => {
    expect(faultsOf({ from_leaf: "5", to_leaf: "5", proofs: "false", format: "csv" })).toEqual([]);
  });
});
