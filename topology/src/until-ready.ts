import { setTimeout as sleep } from "node:timers/promises";

const POLL_MS = 50;
const PATIENCE_MS = 90_000;

/** Waits until `isReady`. @throws Error after 90 s */
export async function untilReady(isReady: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  while (!(await isReady())) {
    if (Date.now() > deadline) throw new Error("The services did not become ready within 90 s; their log says why.");
    await sleep(POLL_MS);
  }
}
