import { createHash } from "node:crypto";
import type { Composer, CompositionProblem, SubgraphSdl } from "@supergraph/composition";
import type { Database } from "@supergraph/persistence";
import type { StaticSchema } from "@supergraph/subgraph";
import type { EntityTypeDefinition } from "../entity-type/definition.js";
import type { EntityTypeRepository } from "../entity-type/entity-type.repository.js";
import { takenNamesOf, type TakenNames } from "../entity-type/name-collisions.js";
import { entitiesSdl, sharedSdl } from "../entity/entity-sdl.js";
import type { SupergraphVersionRepository } from "./supergraph-version.repository.js";

const NAME = "dynamic";

export interface ComposedSupergraph {
  supergraphSdl: string;
  /** Of the subgraphs that it was composed from. */
  hash: string;
}

export interface PublisherParts {
  database: Database;
  versions: SupergraphVersionRepository;
  types: EntityTypeRepository;
  composer: Composer;
  fixed: StaticSchema;
  /** As supergraph.yaml lists them; of this subgraph only the address counts. */
  subgraphs: readonly SubgraphSdl[];
}

/** Composes this subgraph, with the types that users define, and the others into versions of the supergraph. */
export class SupergraphPublisher {
  readonly #others: readonly SubgraphSdl[];
  readonly #url: string | undefined;

  constructor(private readonly parts: PublisherParts) {
    this.#others = parts.subgraphs.filter(({ name }) => name !== NAME);
    this.#url = parts.subgraphs.find(({ name }) => name === NAME)?.url;
  }

  /** Until the unit of work ends nobody else publishes. Comes before the registry is read. */
  async lock(): Promise<void> {
    await this.parts.versions.lock();
  }

  /** The names of the types and root fields that the supergraph has with these types. */
  takenNames(types: readonly EntityTypeDefinition[]): TakenNames {
    const fixed = `${this.parts.fixed.sdl}\n${sharedSdl}`;
    const others = this.#others.map(({ name, sdl }) => ({ owner: `the subgraph ${name}`, sdl }));
    return takenNamesOf([...others, { owner: "the system", sdl: fixed }], types);
  }

  async compose(
    types: readonly EntityTypeDefinition[],
  ): Promise<ComposedSupergraph | { problems: CompositionProblem[] }> {
    const subgraphs = this.#subgraphsWith(types);
    const composition = await this.parts.composer.compose(subgraphs);
    return "problems" in composition ? composition : { ...composition, hash: hashOf(subgraphs) };
  }

  /** Stores it as the next version. */
  async store({ hash, supergraphSdl }: ComposedSupergraph): Promise<number> {
    return this.parts.versions.insert(hash, supergraphSdl);
  }

  /**
   * Publishes when a subgraph's SDL is not the one of the newest version; replicas that start together publish once.
   * @throws Error when they don't compose
   */
  async publishWhenChanged(): Promise<void> {
    const { database, versions, types } = this.parts;
    await database.unitOfWork(async () => {
      await this.lock();
      const existing = await types.findAll();
      if ((await versions.newestHash()) === hashOf(this.#subgraphsWith(existing))) return;
      const composed = await this.compose(existing);
      if ("problems" in composed) {
        const faults = composed.problems.map(({ code, message }) => `  ${code}: ${message}`);
        throw new Error(`The subgraphs do not compose:\n${faults.join("\n")}`);
      }
      await this.store(composed);
    });
  }

  #subgraphsWith(types: readonly EntityTypeDefinition[]): SubgraphSdl[] {
    const sdl = `${this.parts.fixed.sdl}\n${entitiesSdl(types)}`;
    return [...this.#others, { name: NAME, sdl, ...(this.#url !== undefined && { url: this.#url }) }];
  }
}

function hashOf(subgraphs: readonly SubgraphSdl[]): string {
  const parts = subgraphs.map(({ name, url, sdl }) => [name, url ?? null, sdl] as const);
  return createHash("sha256")
    .update(JSON.stringify(parts.sort(([left], [right]) => left.localeCompare(right))))
    .digest("hex");
}
