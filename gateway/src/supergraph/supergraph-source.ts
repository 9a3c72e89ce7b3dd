/** A supergraph, numbered so that a later one has the higher number. */
export interface SupergraphVersion {
  version: number;
  sdl: string;
}

/** Where the gateway gets what it serves. Everything that knows how versions come about stands behind this. */
export interface SupergraphSource {
  /**
   * Offers the current version, then each newer one as it appears, until stopped.
   * @throws Error when there can't ever be one, e.g. a file that is not there
   */
  start(offer: (supergraph: SupergraphVersion) => Promise<void>): Promise<void>;
  /** Asks for `version` now instead of when it comes by itself; what is found is offered. */
  hurry(version: number): void;
  stop(): Promise<void>;
}
