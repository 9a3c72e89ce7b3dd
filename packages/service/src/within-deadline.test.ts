import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { withinDeadline } from "./within-deadline.js";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

it("leaves nothing behind once the work has ended, however it ended", async () => {
  const outer = new AbortController();
  const kept = vi.spyOn(outer.signal, "addEventListener");
  const given = vi.spyOn(outer.signal, "removeEventListener");
  expect(await withinDeadline(1_000, outer.signal, () => Promise.resolve("done"))).toBe("done");
  const failing = withinDeadline(1_000, outer.signal, () => Promise.reject(new Error("no")));
  await expect(failing).rejects.toMatchObject({ reason: "SERVICE_OUT_OF_REACH" });
  expect(vi.getTimerCount()).toBe(0);
  expect(given.mock.calls.map(([, listener]) => listener)).toEqual(kept.mock.calls.map(([, listener]) => listener));
});

it("ends the work at the deadline, which is then what it failed of", async () => {
  const running = withinDeadline(1_000, undefined, (signal) => {
    return new Promise((_, reject) => {
      signal.addEventListener("abort", () => {
        reject(new Error("aborted"));
      });
    });
  });
  const refused = expect(running).rejects.toMatchObject({ reason: "TOOK_TOO_LONG" });
  await vi.advanceTimersByTimeAsync(1_000);
  await refused;
});
