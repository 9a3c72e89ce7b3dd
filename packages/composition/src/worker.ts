import { parentPort } from "node:worker_threads";
// With its extension, because Node runs this file as it is when the package is used from its sources.
import { type Composition, composeSupergraph, type SubgraphSdl } from "./compose-supergraph.ts";

export interface CompositionJob {
  id: number;
  subgraphs: SubgraphSdl[];
}

export type CompositionReply = { id: number; composition: Composition } | { id: number; failure: unknown };

parentPort?.on("message", ({ id, subgraphs }: CompositionJob) => {
  parentPort?.postMessage(reply(id, subgraphs));
});

function reply(id: number, subgraphs: SubgraphSdl[]): CompositionReply {
  try {
    return { id, composition: composeSupergraph(subgraphs) };
  } catch (failure) {
    return { id, failure };
  }
}
