import { expect, it } from "vitest";
import { displayName } from "./display-name.js";

it("a name is any text that is seen, and the same text however it was typed", () => {
  for (const name of ["Redaktion", "編集者", "محرر", "CI / nightly", "🔑 keys", "a"]) {
    expect(displayName(name, "input.name")).toBe(name);
  }
  expect(displayName("Cafe\u0301", "input.name")).toBe("Café");
});

it.each(["a\u0000b", "a\nb", "\u202Enimda", "ad\u200Bmin", "\uFEFFadmin", "\uD800", " admin", "admin ", "\t"])(
  "a name is refused that could be taken for another: %j",
  (name) => {
    expect(() => displayName(name, "input.name")).toThrow(/^input\.name: must not/);
  },
);
