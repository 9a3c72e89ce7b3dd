import { describe, expect, it } from "vitest";
import { composeSupergraph } from "./compose-supergraph.js";
import { broken, orders, rival, shop } from "./subgraphs.fixture.js";

describe("composeSupergraph", () => {
  it("composes subgraphs into one supergraph", () => {
    const composition = composeSupergraph([shop, orders]);
    expect(composition).toHaveProperty("supergraphSdl", expect.stringContaining("type Order"));
    expect(composition).toHaveProperty("supergraphSdl", expect.stringContaining("http://shop.test/graphql"));
  });

  it("reports a conflict between subgraphs under Apollo's code", () => {
    expect(composeSupergraph([shop, rival])).toEqual({
      problems: [{ code: "INVALID_FIELD_SHARING", message: expect.stringContaining("Product.name") as string }],
    });
  });

  it("reports a fault inside one subgraph with that subgraph's name", () => {
    const faulty = { ...orders, sdl: orders.sdl.replace("[Order!]!", "[Ordr!]!") };
    expect(composeSupergraph([shop, faulty])).toMatchObject({
      problems: [{ code: "INVALID_GRAPHQL", subgraph: "orders" }],
    });
  });

  it("reports SDL that does not parse with the subgraph and the place", () => {
    expect(composeSupergraph([shop, broken])).toEqual({
      problems: [
        {
          code: "INVALID_GRAPHQL",
          subgraph: "broken",
          message: expect.stringMatching(/^\[broken\].*line 2/) as string,
        },
      ],
    });
  });
});
