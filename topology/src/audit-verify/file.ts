import { createReadStream } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { describeVerdict, exitCodeOf, linesOf, verifyExport } from "@supergraph/audit-proof";

export interface FileOptions {
  /** A file that holds what a witness kept. */
  checkpoint: string | undefined;
  /** A verifier key, or a file that holds one. */
  key: string | undefined;
}

const isVerifierKey = (text: string) => /^[^+]+\+[0-9a-f]{8}\+/.test(text);

/**
 * Proves an export in a file, with nothing else than the files named.
 * @throws Error when one of them can't be read, in words that say which and why
 */
export async function verifyFile(
  file: string,
  { checkpoint, key }: FileOptions,
): Promise<{ words: string; exitCode: number }> {
  await refuseUnreadable(file);
  const verdict = await verifyExport(() => linesOf(createReadStream(file)), {
    checkpoint: checkpoint === undefined ? undefined : await textOf(checkpoint),
    verifierKey: await keyOf(key),
  });
  return { words: describeVerdict(verdict), exitCode: exitCodeOf(verdict) };
}

/** A verifier key that is given itself, or in a file. @throws Error as `textOf` */
export async function keyOf(key: string | undefined): Promise<string | undefined> {
  return key === undefined || isVerifierKey(key) ? key : textOf(key);
}

/** What stands in a file. @throws Error when it can't be read, in words that say why */
export async function textOf(file: string): Promise<string> {
  await refuseUnreadable(file);
  return readFile(file, "utf8");
}

async function refuseUnreadable(file: string): Promise<void> {
  const found = await stat(file).catch((error: NodeJS.ErrnoException) => {
    throw new Error(error.code === "ENOENT" ? `There is no file ${file}.` : `${file} can't be read: ${error.message}`);
  });
  if (!found.isFile()) throw new Error(`${file} is ${found.isDirectory() ? "a directory" : "not a file"}.`);
}
