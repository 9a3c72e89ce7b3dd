import { unwatchFile, watchFile } from "node:fs";
import { readFile } from "node:fs/promises";
import type { Logger } from "@supergraph/service";
import type { SupergraphSource } from "./supergraph-source.js";

const LOOK_EVERY_MS = 1_000;

/** A supergraph out of a file; when the file changes, the next version. One that is not valid leaves the last in service. */
export function supergraphFile(path: string, log: Logger, lookEveryMs = LOOK_EVERY_MS): SupergraphSource {
  let version = 0;
  let changed = Promise.resolve();
  return {
    async start(offer) {
      const load = async () => offer({ version: ++version, sdl: await readFile(path, "utf8") });
      await load();
      watchFile(path, { interval: lookEveryMs, persistent: false }, (now, before) => {
        // A file that is being replaced is away for a moment: mtime 0.
        if (now.mtimeMs === before.mtimeMs || now.mtimeMs === 0) return;
        changed = changed.then(load).catch((error: unknown) => {
          log.error({ err: error, path }, "could not take the supergraph from the file; the last one stays");
        });
      });
    },
    hurry() {
      // Nobody but the file says what comes next.
    },
    async stop() {
      unwatchFile(path);
      await changed;
    },
  };
}
