import { readFileSync, writeFileSync } from "node:fs";
import { expect, it } from "vitest";
import { dynamicSchema } from "./schema.js";

const file = new URL("../schema.graphql", import.meta.url);

it("the committed SDL is what the code says (UPDATE_SCHEMA=1 writes it)", async () => {
  const { sdl } = await dynamicSchema();
  if (process.env.UPDATE_SCHEMA) writeFileSync(file, sdl);
  expect(readFileSync(file, "utf8")).toBe(sdl);
});
