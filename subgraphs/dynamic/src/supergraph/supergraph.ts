import { setTimeout as sleep } from "node:timers/promises";
import type { Database } from "@supergraph/persistence";
import { currentRequest, type Logger } from "@supergraph/service";
import { buildExecutableSchema, type StaticSchema } from "@supergraph/subgraph";
import type { GraphQLSchema } from "graphql";
import type { EntityTypeRepository } from "../entity-type/entity-type.repository.js";
import { entityExtension } from "../entity/entity-resolvers.js";
import { modelOf, type EntityModel } from "../entity/model.js";
import type { SupergraphVersion, SupergraphVersionRepository } from "./supergraph-version.repository.js";

const POLL_MS = 500;

export interface SupergraphParts {
  database: Database;
  versions: SupergraphVersionRepository;
  types: EntityTypeRepository;
  fixed: StaticSchema;
  log: Logger;
  /** Executes on this schema from the next request on. */
  use: (schema: GraphQLSchema) => Promise<void>;
}

/** The version of the supergraph that this process serves, and the types that it has. */
export class Supergraph {
  #version = 0;
  #model: EntityModel = new Map();
  #adopting: Promise<void> = Promise.resolve();
  readonly #adopted = new EventTarget();
  readonly #stopped = new AbortController();

  constructor(private readonly parts: SupergraphParts) {}

  get version(): number {
    return this.#version;
  }

  get model(): EntityModel {
    return this.#model;
  }

  /** Adopts `version`, or a newer one, when this process is behind it. */
  async catchUp(version = Infinity): Promise<void> {
    if (this.#version >= version) return;
    // One after another, or an older schema could replace a newer one.
    const turn = this.#adopting.then(() => this.#adoptNewest(version));
    this.#adopting = turn.catch(() => undefined);
    await turn;
  }

  /** Adopts the version once it is committed, and tells the gateway which one to wait for. */
  async adoptAfterCommit(version: number): Promise<void> {
    await this.parts.database.afterCommit(async () => {
      const request = currentRequest();
      if (request) request.responseHeaders["x-supergraph-version"] = String(version);
      await this.catchUp(version).catch((error: unknown) => {
        // It is committed: the next poll adopts it.
        this.parts.log.error({ err: error, version }, "could not adopt a version of the supergraph");
      });
    });
  }

  /** Follows what other replicas publish, until `stop`. */
  follow(): void {
    void this.#poll();
  }

  stop(): void {
    this.#stopped.abort();
  }

  /** The newest version, as soon as it is over `after`; undefined when it is not within the time, or on `stop`. */
  async newestAfter(after: number, waitMs: number): Promise<SupergraphVersion | undefined> {
    const deadline = AbortSignal.timeout(waitMs);
    const ended = AbortSignal.any([deadline, this.#stopped.signal]);
    while (this.#version <= after && !ended.aborted) await this.#adoption(ended);
    return this.#version > after ? this.parts.versions.findNewest() : undefined;
  }

  async #adoption(ended: AbortSignal): Promise<void> {
    await new Promise<void>((resolve) => {
      const done = () => {
        ended.removeEventListener("abort", done);
        this.#adopted.removeEventListener("adopted", done);
        resolve();
      };
      ended.addEventListener("abort", done);
      this.#adopted.addEventListener("adopted", done);
    });
  }

  async #adoptNewest(version: number): Promise<void> {
    if (this.#version >= version) return;
    const { versions, types, fixed, use } = this.parts;
    // Read before the types: those that the version has are then among them.
    const newest = await versions.newestVersion();
    if (newest <= this.#version) return;
    const found = await types.findAll();
    await use(buildExecutableSchema(fixed, entityExtension(found)));
    this.#model = modelOf(found);
    this.#version = newest;
    this.#adopted.dispatchEvent(new Event("adopted"));
  }

  async #poll(): Promise<void> {
    const { signal } = this.#stopped;
    while (!signal.aborted) {
      try {
        await sleep(POLL_MS, undefined, { signal, ref: false });
        await this.catchUp();
      } catch (error) {
        if (!signal.aborted) this.parts.log.warn({ err: error }, "could not look for a newer supergraph");
      }
    }
  }
}
