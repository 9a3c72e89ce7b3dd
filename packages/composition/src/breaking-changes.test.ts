import { describe, expect, it } from "vitest";
import { apiSchemaOf, breakingChanges } from "./breaking-changes.js";
import { composeSupergraph, type SubgraphSdl } from "./compose-supergraph.js";
import { orders, shop, withoutPrice } from "./subgraphs.fixture.js";

function supergraph(...subgraphs: SubgraphSdl[]): string {
  const composition = composeSupergraph(subgraphs);
  if ("problems" in composition) throw new Error(JSON.stringify(composition.problems));
  return composition.supergraphSdl;
}

describe("breakingChanges", () => {
  it("finds a field that clients can no longer ask for", () => {
    expect(breakingChanges(supergraph(shop), supergraph(withoutPrice))).toEqual([
      { type: "FIELD_REMOVED", description: "Product.price was removed." },
    ]);
  });

  it("finds none in what is added", () => {
    expect(breakingChanges(supergraph(shop), supergraph(shop, orders))).toEqual([]);
  });

  it("does not mind what clients never saw", () => {
    const withoutCost = { ...shop, sdl: shop.sdl.replace("cost: Int @inaccessible", "") };
    expect(breakingChanges(supergraph(shop), supergraph(withoutCost))).toEqual([]);
  });
});

describe("apiSchemaOf", () => {
  it("shows neither federation's machinery nor inaccessible fields", () => {
    const schema = apiSchemaOf(supergraph(shop, orders));
    expect(schema.getType("join__Graph")).toBeUndefined();
    expect(schema.getDirective("join__field")).toBeUndefined();
    expect(schema.getType("Product")?.toConfig()).not.toHaveProperty("fields.cost");
  });
});
