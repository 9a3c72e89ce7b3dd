import { buildSubgraphSchema } from "@apollo/subgraph";
import type { GraphQLResolverMap } from "@apollo/subgraph/dist/schema-helper/resolverMap.js";
import { composeSupergraph, type SubgraphSdl } from "@supergraph/composition";
import { SystemError } from "@supergraph/errors";
import { GraphQLEndpoint } from "@supergraph/graphql-http";
import { verifyForwardedIdentity, type ForwardedIdentity } from "@supergraph/identity";
import { createServer, type Logger, type SubgraphName } from "@supergraph/service";
import type { FastifyInstance, FastifyReply } from "fastify";
import { parse } from "graphql";

export const secret = new TextEncoder().encode("the gateway's secret, in tests alone");

const LINK = `extend schema @link(
  url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable", "@authenticated", "@requiresScopes"]
)`;

export interface SubgraphContext {
  identity: ForwardedIdentity;
  headers: Record<string, unknown>;
  reply: Record<string, string>;
}

type Resolvers = Record<string, Record<string, unknown>>;

/** A small subgraph that is real in all that the gateway sees of it: HTTP, federation, signed identity. */
export class TestSubgraph {
  readonly app: FastifyInstance;
  readonly #endpoint: GraphQLEndpoint<SubgraphContext>;
  sdl = "";
  /** Headers of the fetches that have come in. */
  readonly fetches: Record<string, unknown>[] = [];

  constructor(
    readonly name: SubgraphName,
    log: Logger,
    routes: (app: FastifyInstance) => void = () => undefined,
  ) {
    this.app = createServer({ name, log, isReady: () => Promise.resolve(this.#endpoint.isReady) });
    this.#endpoint = new GraphQLEndpoint(this.app, {
      log,
      context: async ({ headers, context }) => {
        this.fetches.push(headers);
        const identity = await verifyForwardedIdentity(String(headers["x-claims"]), name, secret);
        return { identity, headers, reply: context.responseHeaders };
      },
    });
    routes(this.app);
  }

  async define(sdl: string, resolvers: Resolvers): Promise<void> {
    this.sdl = `${LINK}\n${sdl}`;
    const schema = buildSubgraphSchema({
      typeDefs: parse(this.sdl),
      resolvers: resolvers as GraphQLResolverMap<unknown>,
    });
    await this.#endpoint.use({ schema });
  }
}

export function compose(subgraphs: readonly SubgraphSdl[]): string {
  const composition = composeSupergraph(subgraphs);
  if ("supergraphSdl" in composition) return composition.supergraphSdl;
  throw new Error(composition.problems.map(({ message }) => message).join("\n"));
}

/** A feed that answers when there is something new, as auth's and dynamic's long polls do. */
export class LongPoll<T> {
  readonly #items: T[] = [];
  readonly #waiting = new Set<() => void>();
  isCutOff = false;

  get position(): number {
    return this.#items.length;
  }

  push(item: T): void {
    this.#items.push(item);
    this.#wake();
  }

  cutOff(isCutOff: boolean): void {
    this.isCutOff = isCutOff;
    this.#wake();
  }

  async after(position: number, waitSeconds: number, reply: FastifyReply): Promise<T[]> {
    if (!this.isCutOff && position >= this.position) await this.#change(waitSeconds * 1_000, reply);
    if (this.isCutOff) throw new SystemError("NOT_READY");
    return this.#items.slice(position);
  }

  #change(timeoutMs: number, reply: FastifyReply): Promise<void> {
    return new Promise((resolve) => {
      const settle = () => {
        clearTimeout(timer);
        this.#waiting.delete(settle);
        resolve();
      };
      const timer = setTimeout(settle, timeoutMs).unref();
      reply.raw.once("close", settle);
      this.#waiting.add(settle);
    });
  }

  #wake(): void {
    for (const settle of this.#waiting) settle();
  }
}
