import { setImmediate as next } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { Turns } from "./turns.js";

describe("what takes turns", () => {
  it("goes one at a time, in its order, also after one that failed", async () => {
    const turns = new Turns(10);
    const log: string[] = [];
    const work = (name: string) => async () => {
      log.push(`${name} begins`);
      await next();
      log.push(`${name} ends`);
      if (name === "first") throw new Error("no");
    };
    const all = ["first", "second"].map((name) => turns.take("key", work(name)));
    expect((await Promise.allSettled(all)).map(({ status }) => status)).toEqual(["rejected", "fulfilled"]);
    expect(log).toEqual(["first begins", "first ends", "second begins", "second ends"]);
  });

  it("waits for nobody of another key", async () => {
    const turns = new Turns(10);
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const held = turns.take("one", () => promise);
    expect(await turns.take("other", () => Promise.resolve(1))).toBe(1);
    resolve(undefined);
    await held;
  });

  it("is refused where too many wait, and not once they are through", async () => {
    const turns = new Turns(2);
    const outcomes = await Promise.allSettled([1, 2, 3, 4, 5].map(() => turns.take("key", next)));
    expect(outcomes.map(({ status }) => status)).toEqual([
      "fulfilled",
      "fulfilled",
      "fulfilled",
      "rejected",
      "rejected",
    ]);
    expect(outcomes.at(-1)).toMatchObject({ reason: { reason: "TOO_BUSY" } });
    await expect(turns.take("key", next)).resolves.toBeUndefined();
  });
});
