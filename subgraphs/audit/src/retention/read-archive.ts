import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { createGunzip } from "node:zlib";
import { describeVerdict, verifyExport } from "@supergraph/audit-proof";
import { LeafRanges, type LeafRange } from "./leaf-ranges.js";

/** What an archive was found to hold. */
export interface ReadArchive {
  /** Of the file, in hexadecimal. */
  sha256: string;
  count: number;
  leaves: readonly LeafRange[];
  checkpointSize: number;
}

/**
 * Reads an archive and proves it as anybody could, with nothing but the verifier key of the log.
 * @throws Error when it can't be read, isn't whole, or doesn't prove itself
 */
export async function readArchive(file: string, verifierKey: string): Promise<ReadArchive> {
  const verdict = await verifyExport(() => linesOf(file), { verifierKey });
  if (verdict.status !== "proven" || !verdict.checkpoint)
    throw new Error(`${file} doesn't prove itself: ${describeVerdict(verdict)}`);
  const { ranges: leaves, count } = await leavesOf(file);
  return { sha256: await sha256Of(file), count, leaves, checkpointSize: verdict.checkpoint.size };
}

async function leavesOf(file: string): Promise<LeafRanges> {
  const leaves = new LeafRanges();
  for await (const line of linesOf(file)) {
    const { leaf_index } = JSON.parse(line) as { leaf_index?: number };
    if (leaf_index !== undefined) leaves.add(leaf_index);
  }
  return leaves;
}

async function* linesOf(file: string): AsyncGenerator<string> {
  const bytes = createReadStream(file);
  const text = createGunzip();
  bytes.on("error", (error) => text.destroy(error)).pipe(text);
  yield* createInterface({ input: text, crlfDelay: Infinity });
}

async function sha256Of(file: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  return hash.digest("hex");
}
