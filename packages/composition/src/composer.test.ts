import { once } from "node:events";
import type { Worker } from "node:worker_threads";
import { afterEach, describe, expect, it } from "vitest";
import { createComposer } from "./composer.js";
import { broken, orders, shop } from "./subgraphs.fixture.js";

const composer = createComposer();
const spare = createComposer();
afterEach(() => spare.close());

const nextWorker = async (): Promise<Worker> => {
  const [worker] = await once(process, "worker");
  return worker as Worker;
};

describe("a composer", () => {
  it("composes in a worker thread that it keeps", async () => {
    const started: Worker[] = [];
    const count = (worker: Worker) => void started.push(worker);
    process.on("worker", count);
    expect(await composer.compose([shop, orders])).toHaveProperty("supergraphSdl");
    expect(await composer.compose([shop])).toHaveProperty("supergraphSdl");
    process.off("worker", count);
    expect(started).toHaveLength(1);
  });

  it("answers jobs in the order they were asked for, problems among them", async () => {
    const order: string[] = [];
    const jobs = [
      composer.compose([shop, orders]).then(() => order.push("first")),
      composer.compose([broken]).then(() => order.push("second")),
      composer.compose([shop]).then(() => order.push("third")),
    ];
    await Promise.all(jobs);
    expect(order).toEqual(["first", "second", "third"]);
  });

  it("rejects what was waiting when its worker dies, and composes again", async () => {
    const worker = nextWorker();
    const dying = createComposer();
    const waiting = [dying.compose([shop, orders]), dying.compose([shop])];
    const results = Promise.allSettled(waiting);
    await (await worker).terminate();
    for (const result of await results) {
      expect(result).toMatchObject({ status: "rejected", reason: { code: "SERVICE_UNAVAILABLE" } });
    }
    expect(await dying.compose([shop])).toHaveProperty("supergraphSdl");
    await dying.close();
  });

  it("rejects what is asked of it once it is closed", async () => {
    const waiting = spare.compose([shop]);
    const rejected = expect(waiting).rejects.toMatchObject({ code: "SERVICE_UNAVAILABLE" });
    await spare.close();
    await rejected;
    await expect(spare.compose([shop])).rejects.toMatchObject({ code: "SERVICE_UNAVAILABLE" });
  });
});
