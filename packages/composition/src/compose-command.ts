import { readFile, writeFile } from "node:fs/promises";
import { breakingChanges } from "./breaking-changes.js";
import { composeSupergraph } from "./compose-supergraph.js";
import { readSupergraphConfig } from "./supergraph-config.js";

export interface ComposeOptions {
  configFile: string;
  supergraphFile: string;
  /** Write a supergraph that breaks clients of the committed one. */
  allowBreaking: boolean;
  /** Write nothing: say whether the committed supergraph is what the subgraphs compose to. */
  check: boolean;
}

/** A supergraph that is not written, and why, in lines for the terminal. */
export class ComposeRefused extends Error {
  override readonly name = "ComposeRefused";
}

/** Composes what supergraph.yaml lists; gives the line to say when done. Throws `ComposeRefused`. */
export async function runCompose(options: ComposeOptions): Promise<string> {
  const { configFile, supergraphFile, allowBreaking, check } = options;
  const subgraphs = await readSupergraphConfig(configFile);
  const composition = composeSupergraph(subgraphs);
  if ("problems" in composition) {
    throw new ComposeRefused(composition.problems.map(({ code, message }) => `${code}: ${message}`).join("\n"));
  }
  const supergraphSdl = `${composition.supergraphSdl.trimEnd()}\n`;
  const committed = await readIfThere(supergraphFile);
  const summary = `${supergraphFile}: ${subgraphs.length} subgraphs`;

  if (committed === supergraphSdl) return `${summary}, unchanged`;
  if (check) throw new ComposeRefused(`${supergraphFile} is stale: run npm run compose and commit what it writes.`);
  if (committed !== undefined && !allowBreaking) refuseBreakingChanges(committed, supergraphSdl);
  await writeFile(supergraphFile, supergraphSdl);
  return `${summary}, written`;
}

function refuseBreakingChanges(oldSdl: string, newSdl: string): void {
  const changes = breakingChanges(oldSdl, newSdl);
  if (changes.length === 0) return;
  const lines = changes.map(({ type, description }) => `${type}: ${description}`);
  throw new ComposeRefused(
    [...lines, "Clients may break. If that is meant: npm run compose -- --allow-breaking"].join("\n"),
  );
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}
