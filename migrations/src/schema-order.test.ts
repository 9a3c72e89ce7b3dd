import { describe, expect, it } from "vitest";
import { histories } from "./histories.js";
import { orderSchemas } from "./schema-order.js";

const history = (schema: string, ...dependsOn: string[]) => ({ schema, dependsOn });
const order = (...given: ReturnType<typeof history>[]): string[] => orderSchemas(given).map(({ schema }) => schema);

describe("the order of schemas", () => {
  it("puts each schema after all it depends on", () => {
    expect(order(history("c", "b"), history("b", "a"), history("a"))).toEqual(["a", "b", "c"]);
  });

  it("keeps the order given where nothing says otherwise", () => {
    expect(order(history("z"), history("a"), history("m"))).toEqual(["z", "a", "m"]);
  });

  it("visits what two schemas share once", () => {
    expect(
      order(history("top", "left", "right"), history("left", "base"), history("right", "base"), history("base")),
    ).toEqual(["base", "left", "right", "top"]);
  });

  it("draws the path of a circle", () => {
    expect(() => order(history("a", "b"), history("b", "c"), history("c", "a"))).toThrow("a -> b -> c -> a");
  });

  it("takes a schema that depends on itself for a circle", () => {
    expect(() => order(history("a", "a"))).toThrow("a -> a");
  });

  it("draws the path to an unknown schema", () => {
    expect(() => order(history("a", "b"), history("b", "nowhere"))).toThrow("a -> b -> nowhere");
  });

  it("refuses two histories of one schema", () => {
    expect(() => order(history("a"), history("a"))).toThrow(/share a schema/);
  });

  it("is users, auth, dynamic, audit for the supergraph", () => {
    expect(histories.map(({ schema }) => schema)).toEqual(["users", "auth", "dynamic", "audit"]);
  });
});
