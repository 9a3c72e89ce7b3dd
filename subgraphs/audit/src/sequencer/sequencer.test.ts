import { setTimeout as pause } from "node:timers/promises";
import { createLog } from "@supergraph/service";
import { afterEach, describe, expect, it, vi } from "vitest";
import { Sequencer } from "./sequencer.js";

type Outcome = number | undefined | Error;

const log = createLog("audit", "silent");

/** Plays the outcomes one after another, then finds nothing; notes when it was asked. */
function repositoryThat(...outcomes: Outcome[]) {
  const askedAt: number[] = [];
  return {
    askedAt,
    sealOldest: (): Promise<number | undefined> => {
      askedAt.push(Date.now());
      const outcome = outcomes.length > 0 ? outcomes.shift() : 0;
      return outcome instanceof Error ? Promise.reject(outcome) : Promise.resolve(outcome);
    },
  };
}

describe("the sequencer", () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  const runFor = async (milliseconds: number, repository: ReturnType<typeof repositoryThat>) => {
    const sequencer = new Sequencer(repository, log);
    sequencer.start();
    await pause(milliseconds);
    await sequencer.stop();
  };

  it("goes on at once while batches are full", async () => {
    const repository = repositoryThat(1_000, 1_000, 1_000, 1_000, 7);
    await runFor(50, repository);
    expect(repository.askedAt.length).toBeGreaterThanOrEqual(5);
  });

  it.each([
    ["nothing", []],
    ["little", [3, 1, 2, 7, 1, 1, 1, 1, 1, 1]],
  ])("asks five times a second when there is %s", async (_, outcomes) => {
    const repository = repositoryThat(...outcomes);
    await runFor(1_000, repository);
    expect(repository.askedAt.length).toBeGreaterThanOrEqual(3);
    expect(repository.askedAt.length).toBeLessThanOrEqual(6);
  });

  it("asks again soon when there was much", async () => {
    const repository = repositoryThat(800, 700, 0);
    await runFor(150, repository);
    expect(repository.askedAt.length).toBe(3);
  });

  it("stands by for a second when another leads", async () => {
    const repository = repositoryThat(undefined);
    await runFor(1_300, repository);
    const [first = 0, second = 0] = repository.askedAt;
    expect(second - first).toBeGreaterThanOrEqual(990);
  });

  it("logs an error and tries again", async () => {
    const logged = vi.spyOn(log, "error");
    const repository = repositoryThat(new Error("the connection was lost"), 3);
    await runFor(300, repository);
    expect(logged).toHaveBeenCalledTimes(1);
    expect(repository.askedAt.length).toBeGreaterThanOrEqual(2);
  });

  it("ends only when the batch that is under way has ended, and asks no more then", async () => {
    let finish: (sealed: number) => void = () => undefined;
    const sealOldest = vi.fn(() => new Promise<number>((resolve) => (finish = resolve)));
    const sequencer = new Sequencer({ sealOldest }, log);
    sequencer.start();
    let hasStopped = false;
    const stopped = sequencer.stop().then(() => (hasStopped = true));
    await pause(20);
    expect(hasStopped).toBe(false);
    finish(1_000);
    await stopped;
    expect(sealOldest).toHaveBeenCalledTimes(1);
  });
});
