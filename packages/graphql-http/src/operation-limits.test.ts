import { SystemError } from "@supergraph/errors";
import { describe, expect, it } from "vitest";
import { limitOperation, limitVariables } from "./operation-limits.js";

const reasonOf = (work: () => void) => {
  try {
    work();
  } catch (error) {
    if (error instanceof SystemError) return error.reason;
    throw error;
  }
  return undefined;
};

describe("the limits of an operation", () => {
  it("refuse a query that is 10,000 levels deep, without recursion", () => {
    expect(reasonOf(() => limitOperation("{a".repeat(10_000) + "}".repeat(10_000)))).toBe("QUERY_TOO_DEEP");
  });

  it("refuse a literal that is nested too deeply", () => {
    expect(reasonOf(() => limitOperation(`{ a(b: ${"[".repeat(200)}${"]".repeat(200)}) }`))).toBe("QUERY_TOO_DEEP");
  });

  it("refuse a query that is long and flat", () => {
    expect(reasonOf(() => limitOperation(`{ ${"a ".repeat(20_000)} }`))).toBe("QUERY_TOO_LONG");
  });

  it("let text that is no GraphQL pass to the parser", () => {
    expect(reasonOf(() => limitOperation('{ a(b: "'))).toBeUndefined();
  });

  it("let an ordinary operation pass", () => {
    expect(reasonOf(() => limitOperation("query Me { me { id sessions { id } } }"))).toBeUndefined();
  });

  it("refuse variables that are nested too deeply", () => {
    const deep = JSON.parse(`${"[".repeat(5_000)}${"]".repeat(5_000)}`) as unknown;
    expect(reasonOf(() => limitVariables({ deep }))).toBe("QUERY_TOO_DEEP");
    expect(reasonOf(() => limitVariables({ input: { profile: { bio: "x" } } }))).toBeUndefined();
  });
});
