import { createWriteStream } from "node:fs";
import { mkdir, open, rename, rm } from "node:fs/promises";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { InclusionProofs, type NoteSigner, type ReadHashes } from "@supergraph/audit-proof";
import type { CheckpointRow } from "../checkpoint/checkpoint.repository.js";
import { withoutValues, type ExportedRow } from "../export/exported-event.js";
import { readArchive, type ReadArchive } from "./read-archive.js";

const PARTIAL = ".partial";

/** An archive that was read back and proven. */
export interface WrittenArchive extends ReadArchive {
  file: string;
}

export interface ArchiveContent {
  /** The name that the file has, without its ending. */
  name: string;
  /** Of the partition: what the export's filter says. */
  filter: Record<string, string | number>;
  checkpoint: CheckpointRow;
  /** Events in the log's order, all of them in the checkpoint's tree. */
  rows: AsyncIterable<ExportedRow[]>;
}

/**
 * A folder of exports that prove themselves offline, one file each: gzip of the lines that an export has, with each
 * event's proof. What has its name is whole, on the disk, and was proven.
 * The events are in their erased form: a file that nobody can reach into would outlive every erasure.
 */
export class PartitionArchive {
  constructor(
    private readonly directory: string,
    private readonly read: ReadHashes,
    private readonly signer: NoteSigner,
  ) {}

  /** Writes the export, reads it back and proves it. @throws Error when it can't be written, or doesn't prove itself */
  async write(content: ArchiveContent, signal?: AbortSignal): Promise<WrittenArchive> {
    await mkdir(this.directory, { recursive: true, mode: 0o700 });
    const file = fileOf(content.name);
    const partial = path.join(this.directory, `${file}${PARTIAL}`);
    try {
      const written = createWriteStream(partial, { mode: 0o600, flush: true });
      await pipeline(this.#lines(content), createGzip(), written, { signal });
      const archive = await readArchive(partial, this.signer.verifierKey);
      await rename(partial, path.join(this.directory, file));
      await this.#syncDirectory();
      return { ...archive, file };
    } catch (error) {
      await rm(partial, { force: true });
      throw error;
    }
  }

  /** The archive of that name, proven; undefined when there is none that proves itself. */
  async find(name: string): Promise<WrittenArchive | undefined> {
    const file = fileOf(name);
    return readArchive(path.join(this.directory, file), this.signer.verifierKey).then(
      (archive) => ({ ...archive, file }),
      () => undefined,
    );
  }

  async *#lines({ checkpoint, filter, rows }: ArchiveContent): AsyncGenerator<string> {
    const prover = new InclusionProofs(Number(checkpoint.tree_size), this.read);
    let count = 0;
    for await (const chunk of rows) {
      for (const row of chunk) {
        const event = withoutValues(row);
        const proof = (await prover.of(event.leaf_index)).map((hash) => hash.toString("hex"));
        yield `${JSON.stringify({ ...event, proof })}\n`;
        count += 1;
      }
    }
    const { verifierKey } = this.signer;
    const end = { checkpoint: checkpoint.note, verifier_key: verifierKey, version: 1, filter, range: null, count };
    yield `${JSON.stringify(end)}\n`;
  }

  /** A name that was given is there after a loss of power once its directory has been written. */
  async #syncDirectory(): Promise<void> {
    const directory = await open(this.directory);
    try {
      await directory.sync();
    } finally {
      await directory.close();
    }
  }
}

function fileOf(name: string): string {
  return `${name}.ndjson.gz`;
}
