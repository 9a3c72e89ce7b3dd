import { expect, it } from "vitest";
import { birthOf, newId } from "./identifier.js";

it("an id says when it was made", () => {
  // RFC 9562, appendix A.6.
  expect(birthOf("017F22E2-79B0-7CC3-98C4-DC0C0C07398F")).toEqual(new Date("2022-02-22T19:22:22.000Z"));
  const now = Date.now();
  expect(Math.abs((birthOf(newId())?.getTime() ?? 0) - now)).toBeLessThan(1_000);
});

it.each([
  "919108f7-52d1-4320-9bac-f847db4148a8",
  "00000000-0000-0000-0000-000000000000",
  "ada",
  "017F22E2-79B0-7CC3-98C4",
])("what is none, or of another version, says nothing: %s", (id) => {
  expect(birthOf(id)).toBeUndefined();
});
