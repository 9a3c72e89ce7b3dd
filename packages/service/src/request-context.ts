import { AsyncLocalStorage } from "node:async_hooks";

/** What every log line, error and outgoing call of a request carries. */
export interface RequestContext {
  readonly requestId: string;
  userId?: string;
  /** Where a subgraph's answer is looked up: which supergraph the gateway planned with. */
  readonly supergraphVersion?: number;
  /** Headers that the response gets beside the GraphQL result. */
  readonly responseHeaders: Record<string, string>;
}

const storage = new AsyncLocalStorage<RequestContext>();

/** The request that the running code serves, or undefined outside of one. */
export const currentRequest = (): RequestContext | undefined => storage.getStore();

export const runInRequest = <T>(context: RequestContext, work: () => T): T => storage.run(context, work);
