import { SystemError } from "@supergraph/errors";
import { verifyForwardedIdentity } from "@supergraph/identity";
import { subgraphNames, type Logger, type ServiceCaller, type ServiceResponse } from "@supergraph/service";
import type { Caller } from "../caller/caller.js";
import type { SendFetch } from "./subgraph-data-source.js";

/** How long a change of the supergraph may take to reach this gateway before its author is answered anyway. */
const ADOPTION_MS = 30_000;

export interface OwnSubgraphs {
  call: ServiceCaller;
  log: Logger;
  /** The secret under which auth signs `x-session-claims`. */
  secret: Uint8Array;
  /** Resolves to false when the gateway does not serve that version in time. */
  reached: (version: number, timeoutMs: number) => Promise<boolean>;
}

/** Sends fetches to one of our own subgraphs, for plans of supergraph `version`. */
export function ownSubgraph(name: string, version: number, { call, log, secret, reached }: OwnSubgraphs): SendFetch {
  const subgraph = subgraphNames.find((known) => known === name);
  return async (body, caller, operationName) => {
    if (!subgraph) throw new SystemError("SERVICE_OUT_OF_REACH", { cause: new Error(`no address for ${name}`) });
    const headers = { "x-supergraph-version": String(version) };
    const identity = caller.identity(operationName);
    const response = await call(subgraph, identity, { method: "POST", path: "/graphql", headers, body });
    if (subgraph === "auth") await signIn(caller, response);
    if (subgraph === "dynamic") await catchUp(response);
    return response;
  };

  /** Who has just signed in is the caller from here on. */
  async function signIn(caller: Caller, { headers }: ServiceResponse): Promise<void> {
    const token = headers["x-session-claims"];
    if (token === undefined) return;
    const { caller: claims } = await verifyForwardedIdentity(token, "gateway", secret).catch((error: unknown) => {
      log.error({ err: error }, "auth sent claims of a new session that do not hold");
      return { caller: undefined };
    });
    if (claims) caller.become(claims);
  }

  /** The client may use what it has defined once it has its answer. */
  async function catchUp({ headers }: ServiceResponse): Promise<void> {
    const defined = Number(headers["x-supergraph-version"] ?? NaN);
    if (!Number.isSafeInteger(defined) || (await reached(defined, ADOPTION_MS))) return;
    // The change stands, whatever became of this gateway: an error would have the client make it once more.
    log.error({ supergraph_version: defined }, "answered a change of the supergraph before serving it");
  }
}
