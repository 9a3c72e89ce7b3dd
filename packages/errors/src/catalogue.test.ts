import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { catalogue } from "./catalogue.js";

const reference = readFileSync(new URL("../../../docs/reference/errors.md", import.meta.url), "utf8");
const documented = [...reference.matchAll(/^\| `([A-Z_]+)` \| `([A-Z_]+)` \| (.+) \|$/gm)].map(
  ([, code, reason, message]) => ({ code, reason, message }),
);

describe("the catalogue of errors", () => {
  it("says what docs/reference/errors.md says, no more and no less", () => {
    const inCode = Object.entries(catalogue).map(([reason, { code, message }]) => ({ code, reason, message }));
    expect(documented).toEqual(inCode);
  });
});
