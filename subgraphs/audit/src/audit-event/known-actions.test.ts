import { SystemError } from "@supergraph/errors";
import { describe, expect, it } from "vitest";
import { editDistance } from "./edit-distance.js";
import { refuseUnknownActions } from "./known-actions.js";

async function problemsOf(actions: string[], log: string[] = []): Promise<unknown> {
  try {
    await refuseUnknownActions(actions, (action) => Promise.resolve(log.includes(action)));
  } catch (error) {
    if (!(error instanceof SystemError) || error.reason !== "INVALID_INPUT") throw error;
    return error.extensions.fields;
  }
  return [];
}

describe("an action in a filter", () => {
  it.each(["auth.login", "user.update", "entity.create", "alert.raised"])(
    "is known when a service declares it: %s",
    async (action) => expect(await problemsOf([action])).toEqual([]),
  );

  it.each(["product.create", "stock-item.delete", "Product.read"])(
    "is known when it is done to things of a type, which may come later: %s",
    async (action) => expect(await problemsOf([action])).toEqual([]),
  );

  it("is known when the log holds it, whatever it is called", async () => {
    expect(await problemsOf(["query.users", "of an older release"], ["query.users", "of an older release"])).toEqual(
      [],
    );
  });

  it("is refused when nobody knows it, each by its place and with the name that it is most like", async () => {
    expect(await problemsOf(["auth.lgoin", "auth.login", "make.tea"])).toEqual([
      { path: "filter.actions.0", message: "is no known action; did you mean auth.login?" },
      { path: "filter.actions.2", message: "is no known action" },
    ]);
  });

  it("is refused when it is the beginning of one, and told what takes that", async () => {
    expect(await problemsOf(["auth.*"])).toEqual([
      { path: "filter.actions.0", message: "is no known action; actionPrefix takes the beginning of one" },
    ]);
  });
});

describe("the distance of two words", () => {
  it.each([
    ["", "", 0],
    ["", "abc", 3],
    ["login", "login", 0],
    ["login", "lgoin", 2],
    ["kitten", "sitting", 3],
  ])("of %j and %j is %i", (a, b, distance) => {
    expect(editDistance(a, b)).toBe(distance);
    expect(editDistance(b, a)).toBe(distance);
  });
});
