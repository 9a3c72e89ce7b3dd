import { createReadStream, readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { linesOf } from "./lines-of.js";
import { verifyExport } from "./verify-export.js";

const fixture = (name: string) => new URL(`fixtures/version-1.${name}`, import.meta.url);

it("an export of version 1 that was made long ago is proven still", async () => {
  const verdict = await verifyExport(() => linesOf(createReadStream(fixture("ndjson"))), {
    checkpoint: readFileSync(fixture("notes"), "utf8"),
    verifierKey: readFileSync(fixture("key"), "utf8"),
  });
  expect(verdict).toMatchObject({ status: "proven", events: 10, erased: 1, compared: [7, 12] });
});
