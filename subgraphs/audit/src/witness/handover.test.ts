import { setTimeout as sleep } from "node:timers/promises";
import { createLog } from "@supergraph/service";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { CheckpointRow } from "../checkpoint/checkpoint.repository.js";
import { Witnesses } from "./witnesses.js";
import type { Witness } from "./witness.js";

const log = createLog("audit", "silent");
const pauses = { firstMs: 20, longestMs: 80, lastMs: 100 };

const checkpointOf = (size: number): CheckpointRow => ({
  tree_size: String(size),
  root_hash: Buffer.alloc(32),
  signed_at: new Date(),
  note: `note ${size}`,
});

/** Takes checkpoints as `answer` says, and notes which and when. */
function witnessThat(answer: (size: number, signal: AbortSignal) => Promise<void>, name = "any") {
  const offered: { size: number; at: number }[] = [];
  const witness: Witness = {
    name,
    take: ({ tree_size }, signal) => {
      offered.push({ size: Number(tree_size), at: Date.now() });
      return answer(Number(tree_size), signal);
    },
  };
  return { witness, offered, sizes: () => offered.map(({ size }) => size) };
}

const never = (_: number, signal: AbortSignal) =>
  new Promise<void>((_resolve, reject) => {
    signal.addEventListener("abort", () => {
      reject(new Error("aborted"));
    });
  });

describe("handing checkpoints to witnesses", () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it("keeps nobody waiting for a witness that never answers", async () => {
    const [slow, quick] = [witnessThat(never, "slow"), witnessThat(() => Promise.resolve(), "quick")];
    const witnesses = new Witnesses([slow.witness, quick.witness], log, pauses);
    witnesses.start();
    for (const size of [1, 2, 3]) {
      witnesses.offer(checkpointOf(size));
      await expect.poll(quick.sizes).toContain(size);
    }
    expect(slow.sizes()).toEqual([1]);
    expect(witnesses.behind()).toEqual([
      { name: "slow", leaves: 3 },
      { name: "quick", leaves: 0 },
    ]);
    await witnesses.stop();
  });

  it("offers the newest again after pauses that grow, and says in the log that it was not taken", async () => {
    const logged = vi.spyOn(log, "error");
    const { witness, offered, sizes } = witnessThat((size) =>
      size < 9 ? Promise.reject(new Error("not now")) : Promise.resolve(),
    );
    const witnesses = new Witnesses([witness], log, pauses);
    witnesses.start();
    witnesses.offer(checkpointOf(1));
    await expect.poll(sizes).toHaveLength(4);
    const waited = offered.slice(1).map(({ at }, index) => at - (offered[index]?.at ?? 0));
    for (const [index, milliseconds] of [20, 40, 80].entries())
      expect(waited[index]).toBeGreaterThanOrEqual(milliseconds - 2);
    for (const size of [7, 8, 9]) witnesses.offer(checkpointOf(size));
    await expect.poll(() => witnesses.behind()).toEqual([{ name: "any", leaves: 0 }]);
    expect(sizes()).toEqual([1, 1, 1, 1, 9]);
    expect(logged).toHaveBeenCalledTimes(4);
    await witnesses.stop();
  });

  it("brings the last checkpoint where it can be brought soon before it stops, and waits no longer", async () => {
    const quick = witnessThat(() => sleep(20));
    const slow = witnessThat(never);
    const witnesses = new Witnesses([slow.witness, quick.witness], log, pauses);
    witnesses.start();
    witnesses.offer(checkpointOf(1));
    await sleep(5);
    witnesses.offer(checkpointOf(2));
    const stopped = Date.now();
    await witnesses.stop();
    expect(Date.now() - stopped).toBeLessThan(1_000);
    expect(quick.sizes()).toEqual([1, 2]);
    expect(slow.sizes()).toEqual([1]);
  });
});
