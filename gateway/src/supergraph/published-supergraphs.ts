import { serviceIdentity, type Logger, type ServiceCaller } from "@supergraph/service";
import { z } from "zod";
import { PollLoop } from "../poll-loop.js";
import type { SupergraphSource, SupergraphVersion } from "./supergraph-source.js";

/** Seconds that dynamic holds the answer back while it has no newer version. */
const WAIT_SECONDS = 20;
const TIMEOUT_MS = (WAIT_SECONDS + 5) * 1_000;

const published = z
  .object({ version: z.number().int().positive(), supergraphSdl: z.string() })
  .transform(({ version, supergraphSdl }) => ({ version, sdl: supergraphSdl }));

/** The versions that the dynamic subgraph publishes, by long poll. Out of reach: the last one stays in service. */
export function publishedSupergraphs(call: ServiceCaller, log: Logger): SupergraphSource {
  let newest = 0;
  let offer: (supergraph: SupergraphVersion) => Promise<void> = () => Promise.resolve();

  const fetchAfter = async (after: number, signal: AbortSignal): Promise<void> => {
    const { status, body } = await call("dynamic", serviceIdentity("gateway"), {
      method: "GET",
      path: `/internal/supergraph?after=${after}&wait=${WAIT_SECONDS}`,
      timeoutMs: TIMEOUT_MS,
      signal,
    });
    if (status === 204) return;
    if (status !== 200) throw new Error(`dynamic answered ${status}`);
    const supergraph = published.parse(JSON.parse(body));
    if (supergraph.version <= newest) return;
    newest = supergraph.version;
    await offer(supergraph).catch((error: unknown) => {
      log.error({ err: error, supergraph_version: supergraph.version }, "refused a supergraph; the last one stays");
    });
  };

  const following = new PollLoop("the supergraph's versions", log, (signal) => fetchAfter(newest, signal));
  const stopping = new AbortController();

  return {
    start(offerVersion) {
      offer = offerVersion;
      following.start();
      return Promise.resolve();
    },
    hurry(version) {
      fetchAfter(version - 1, stopping.signal).catch((error: unknown) => {
        if (!stopping.signal.aborted) log.warn({ err: error, version }, "could not fetch a supergraph at once");
      });
    },
    async stop() {
      stopping.abort();
      await following.stop();
    },
  };
}
