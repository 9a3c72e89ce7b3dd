import { describe, expect, it } from "vitest";
import { namesOf } from "./external-names.js";

describe("a person whom a provider describes", () => {
  it.each([
    [
      { given_name: "Ada", family_name: "Lovelace", name: "Countess" },
      { firstName: "Ada", lastName: "Lovelace" },
    ],
    [{ name: "Ada King Lovelace" }, { firstName: "Ada", lastName: "King Lovelace" }],
    [{ name: "Ada" }, { firstName: "Ada", lastName: "-" }],
    [{}, { firstName: "ada.l", lastName: "-" }],
    [
      { given_name: "", family_name: " \0", name: "Ada\nLovelace" },
      { firstName: "Ada", lastName: "Lovelace" },
    ],
    [{ given_name: "A".repeat(300) }, { firstName: "A".repeat(100), lastName: "-" }],
  ])("by %j has two names of 1 to 100 characters", (given, names) => {
    const all = { given_name: undefined, family_name: undefined, name: undefined, ...given };
    expect(namesOf(all, "ada.l@example.com")).toEqual(names);
  });
});
