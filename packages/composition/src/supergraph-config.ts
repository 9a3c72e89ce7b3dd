import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import type { SubgraphSdl } from "./compose-supergraph.js";

const supergraphYaml = z.object({
  federation_version: z.string().regex(/^=?2(\.\d+){0,2}$/, "must be a version of Federation 2, e.g. =2.14.4"),
  subgraphs: z
    .record(z.string(), z.object({ routing_url: z.url(), schema: z.object({ file: z.string().min(1) }) }))
    .refine((subgraphs) => Object.keys(subgraphs).length > 0, "must list at least one subgraph"),
});

/** Why a supergraph.yaml can't be used; the message names the file and the place in it. */
export class SupergraphConfigError extends Error {
  override readonly name = "SupergraphConfigError";
}

/**
 * Reads the subgraphs that a supergraph.yaml in rover's format lists, with their SDL.
 * Schema files are found relative to it. Throws `SupergraphConfigError`.
 */
export async function readSupergraphConfig(path: string): Promise<SubgraphSdl[]> {
  const parsed = supergraphYaml.safeParse(yamlOf(path, await read(path, `There is no ${path}.`)));
  if (!parsed.success) throw new SupergraphConfigError(`${path} is not valid:\n${z.prettifyError(parsed.error)}`);
  return Promise.all(
    Object.entries(parsed.data.subgraphs).map(async ([name, { routing_url: url, schema }]) => {
      const file = resolve(dirname(path), schema.file);
      const missing = `${path}: the subgraph ${name} has no schema file ${schema.file}.`;
      return { name, url, sdl: await read(file, missing) };
    }),
  );
}

async function read(path: string, missing: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    throw new SupergraphConfigError(missing, { cause });
  }
}

function yamlOf(path: string, text: string): unknown {
  try {
    return parse(text);
  } catch (cause) {
    throw new SupergraphConfigError(`${path} is not YAML: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    });
  }
}
