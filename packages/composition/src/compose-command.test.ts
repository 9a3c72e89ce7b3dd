import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type ComposeOptions, runCompose } from "./compose-command.js";
import { orders, rival, shop, withoutPrice } from "./subgraphs.fixture.js";

describe("npm run compose", () => {
  let folder: string;
  const compose = async (options: Partial<ComposeOptions>, ...subgraphs: (typeof shop)[]) => {
    const configFile = join(folder, "supergraph.yaml");
    const listed = subgraphs.map(({ name, url, sdl }) => ({ name, url, file: `${name}.graphql`, sdl }));
    await Promise.all(listed.map(({ file, sdl }) => writeFile(join(folder, file), sdl)));
    const entries = listed.map(({ name, url, file }) => [name, { routing_url: url, schema: { file } }] as const);
    const config = { federation_version: "=2.14.4", subgraphs: Object.fromEntries(entries) };
    await writeFile(configFile, JSON.stringify(config));
    return runCompose({ configFile, supergraphFile: written(), allowBreaking: false, check: false, ...options });
  };
  const written = () => join(folder, "supergraph.graphql");
  const content = () => readFile(written(), "utf8");

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "compose-"));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it("writes the supergraph, and leaves one that is up to date alone", async () => {
    expect(await compose({}, shop, orders)).toMatch(/2 subgraphs, written$/);
    expect(await content()).toContain("type Order");
    expect(await compose({}, shop, orders)).toMatch(/2 subgraphs, unchanged$/);
  });

  it("refuses what does not compose, and writes nothing", async () => {
    await expect(compose({}, shop, rival)).rejects.toThrow(/^INVALID_FIELD_SHARING: /);
    await expect(content()).rejects.toThrow("ENOENT");
  });

  it("refuses a breaking change unless it is declared", async () => {
    await compose({}, shop);
    await expect(compose({}, withoutPrice)).rejects.toThrow("FIELD_REMOVED: Product.price was removed.");
    expect(await content()).toContain("price");
    await compose({ allowBreaking: true }, withoutPrice);
    expect(await content()).not.toContain("price");
  });

  it("with --check says that the committed supergraph is stale, and writes nothing", async () => {
    await expect(compose({ check: true }, shop)).rejects.toThrow("is stale");
    await expect(content()).rejects.toThrow("ENOENT");
    await compose({}, shop);
    expect(await compose({ check: true }, shop)).toMatch(/unchanged$/);
  });
});
