import type { Logger } from "@supergraph/service";
import type { SupergraphSource, SupergraphVersion } from "./supergraph-source.js";

/** Makes the gateway execute on a supergraph from the next request on. @throws Error when it is not a valid one */
type Adopt = (supergraph: SupergraphVersion) => Promise<void>;

/** What the gateway serves now, out of what its source offers. */
export class ServedSupergraph {
  #version = 0;
  #offered: SupergraphVersion | undefined;
  #adopting: Promise<void> | undefined;
  readonly #waiting = new Set<{ version: number; reached: () => void }>();

  constructor(
    private readonly source: SupergraphSource,
    private readonly adopt: Adopt,
    private readonly log: Logger,
  ) {}

  /** 0: none yet. */
  get version(): number {
    return this.#version;
  }

  start(): Promise<void> {
    return this.source.start((supergraph) => this.#offer(supergraph));
  }

  stop(): Promise<void> {
    return this.source.stop();
  }

  /** Resolves once `version` or a later one is served: true; false when that takes longer than `timeoutMs`. */
  async reached(version: number, timeoutMs: number): Promise<boolean> {
    if (this.#version >= version) return true;
    this.source.hurry(version);
    return new Promise((resolve) => {
      const waiting = { version, reached: () => settle(true) };
      const timer = setTimeout(() => settle(false), timeoutMs);
      const settle = (isReached: boolean) => {
        clearTimeout(timer);
        this.#waiting.delete(waiting);
        resolve(isReached);
      };
      this.#waiting.add(waiting);
    });
  }

  /** Takes the newest that was offered; those that came and went while another was being loaded are never loaded. */
  async #offer(supergraph: SupergraphVersion): Promise<void> {
    if (supergraph.version <= Math.max(this.#version, this.#offered?.version ?? 0)) return;
    this.#offered = supergraph;
    const before = this.#adopting?.catch(() => undefined);
    const adopting = (before ?? Promise.resolve()).then(() => this.#adoptOffered());
    this.#adopting = adopting;
    return adopting;
  }

  async #adoptOffered(): Promise<void> {
    for (let next = this.#takeOffered(); next; next = this.#takeOffered()) {
      const started = performance.now();
      await this.adopt(next);
      this.#version = next.version;
      const milliseconds = Math.round(performance.now() - started);
      this.log.info({ supergraph_version: next.version, milliseconds }, "serving a new supergraph");
      for (const { version, reached } of this.#waiting) if (version <= next.version) reached();
    }
  }

  #takeOffered(): SupergraphVersion | undefined {
    const offered = this.#offered;
    this.#offered = undefined;
    return offered;
  }
}
