import type { TreeHead } from "../tree/tree.repository.js";
import type { Problems } from "./problems.js";
import { nameOf } from "./signed-roots.js";
import type { VerificationRepository } from "./verification.repository.js";

/** The sequencer signs within a second of sealing. */
const SIGNED_WITHIN_SECONDS = 60;

/** Looks for what the log's end has lost: checkpoints and tiles that reach further, or leaves that nobody signed. */
export async function checkEnd(store: VerificationRepository, head: TreeHead, problems: Problems): Promise<void> {
  for (const { tree_size, signed_at } of await store.checkpointsBeyondTree()) {
    const signed = nameOf({ size: Number(tree_size), signedAt: signed_at, copy: "store" });
    problems.add("TRUNCATED", head.size, `The log has ${head.size} leaves, fewer than ${signed}: its tail was cut.`);
  }
  const tile = await store.tileBeyondTree();
  if (tile) {
    const what = `Tile ${tile.index} of level ${tile.level} reaches beyond the log's ${head.size} leaves: its tail was cut.`;
    problems.add("TRUNCATED", head.size, what);
  }
  await checkSigned(store, head, problems);
}

/** Without their checkpoints, the last leaves could be others. */
async function checkSigned(store: VerificationRepository, { size }: TreeHead, problems: Problems): Promise<void> {
  const last = await store.lastCheckpoint(size);
  const signedSize = Number(last?.tree_size ?? 0);
  if (signedSize === size) return;
  const seconds = await store.secondsSinceSealed(signedSize);
  if (seconds !== undefined && seconds < SIGNED_WITHIN_SECONDS) return;
  const newest = last
    ? `The newest checkpoint is ${nameOf({ size: signedSize, signedAt: last.signed_at, copy: "store" })}`
    : "There is no checkpoint";
  const what =
    `${newest}; leaves ${signedSize} to ${size - 1} were sealed later, and the log signs within a second: ` +
    "newer checkpoints were removed, unless the service was stopped in that second and has not run since.";
  problems.add("TRUNCATED", signedSize, what);
}

/** An event is sealed once. */
export async function checkIds(store: VerificationRepository, { size }: TreeHead, problems: Problems): Promise<void> {
  for (const { id, leaves } of await store.repeatedIds(size)) {
    const what = `Event ${id} stands at the leaves ${leaves.join(", ")}: an event is sealed once.`;
    problems.add("INSERTED", Number(leaves.at(-1)), what);
  }
}
