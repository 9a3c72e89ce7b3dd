import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readSupergraphConfig } from "./supergraph-config.js";

const yaml = `
federation_version: =2.14.4
subgraphs:
  shop:
    routing_url: http://127.0.0.1:4001/graphql
    schema:
      file: shop.graphql
`;

describe("readSupergraphConfig", () => {
  let folder: string;
  let path: string;
  const given = async (config: string) => {
    await writeFile(path, config);
    return readSupergraphConfig(path);
  };
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "supergraph-config-"));
    path = join(folder, "supergraph.yaml");
    await writeFile(join(folder, "shop.graphql"), "type Query { a: Int }");
  });
  afterEach(() => rm(folder, { recursive: true }));

  it("reads each subgraph's SDL from beside the file", async () => {
    expect(await given(yaml)).toEqual([
      { name: "shop", url: "http://127.0.0.1:4001/graphql", sdl: "type Query { a: Int }" },
    ]);
  });

  it("says that there is no such file", async () => {
    await expect(readSupergraphConfig(path)).rejects.toThrow(`There is no ${path}.`);
  });

  it("says which subgraph's schema file is missing", async () => {
    await expect(given(yaml.replace("shop.graphql", "gone.graphql"))).rejects.toThrow(
      "the subgraph shop has no schema file gone.graphql",
    );
  });

  it("says where the YAML is broken", async () => {
    await expect(given("subgraphs: [")).rejects.toThrow(/is not YAML: .*line 1/);
  });

  it.each([
    ["an address that is none", yaml.replace("http:", ""), /routing_url/],
    ["no subgraphs", "federation_version: =2.14.4\nsubgraphs: {}", /at least one subgraph/],
    ["Federation 1", yaml.replace("=2.14.4", "=1.0"), /federation_version/],
    ["a file that holds something else", "- 1", /is not valid/],
  ])("refuses %s", async (_what, config, message) => {
    await expect(given(config)).rejects.toThrow(message);
  });
});
