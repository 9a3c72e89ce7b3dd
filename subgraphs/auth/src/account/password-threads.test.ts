import { describe, expect, it } from "vitest";
import { PasswordThreads } from "./password-threads.js";

const job = { kind: "hash", password: "correct horse battery", cost: 4 } as const;

describe("work on passwords", () => {
  it("is refused beyond a bounded queue, and what was taken is done", async () => {
    const threads = new PasswordThreads(1);
    const outcomes = await Promise.allSettled(Array.from({ length: 200 }, () => threads.run(job)));
    const refused = outcomes.filter((outcome) => outcome.status === "rejected");
    // One runs and forty wait: by 250 ms each that is 10 s.
    expect(refused).toHaveLength(159);
    expect(refused[0]?.reason).toMatchObject({ reason: "TOO_BUSY", code: "SERVICE_UNAVAILABLE" });
    expect(refused[0]?.reason).toMatchObject({ extensions: { retryAfterSeconds: 10 } });
    expect(await threads.run(job)).toMatch(/^\$2b\$04\$/);
  });

  it("queues more when jobs turn out to be short", async () => {
    const threads = new PasswordThreads(1);
    for (let count = 0; count < 40; count++) await threads.run(job);
    const outcomes = await Promise.allSettled(Array.from({ length: 80 }, () => threads.run(job)));
    expect(outcomes.filter(({ status }) => status === "rejected")).toEqual([]);
  });

  it("that fails says why, and the next is done", async () => {
    const threads = new PasswordThreads(1);
    await expect(threads.run({ ...job, password: "x".repeat(73) })).rejects.toThrow();
    expect(await threads.run({ kind: "guesses", password: "password1234", known: [] })).toBeLessThan(8);
  });
});
