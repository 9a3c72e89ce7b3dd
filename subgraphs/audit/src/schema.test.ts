import { readFileSync, writeFileSync } from "node:fs";
import { expect, it } from "vitest";
import { buildAuditSchema } from "./schema.js";

const committed = new URL("../schema.graphql", import.meta.url);

it("is the schema that is committed beside it; UPDATE_SCHEMA=1 writes it", async () => {
  const { sdl } = await buildAuditSchema();
  if (process.env.UPDATE_SCHEMA === "1") writeFileSync(committed, sdl);
  expect(readFileSync(committed, "utf8")).toBe(sdl);
});
