import type { ApolloServer, BaseContext } from "@apollo/server";
import type { Logger } from "@supergraph/service";
import type { FastifyReply, FastifyRequest } from "fastify";

export type Handler = (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>;

/** A server that answers until the last request that it has begun is answered, also after another took its place. */
export class RunningServer<Context extends BaseContext> {
  #inFlight = 0;
  #isRetired = false;

  constructor(
    private readonly server: ApolloServer<Context>,
    private readonly handler: Handler,
    private readonly log: Logger,
  ) {}

  async handle(request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
    this.#inFlight++;
    try {
      return await this.handler(request, reply);
    } finally {
      this.#inFlight--;
      if (this.#isRetired) await this.#stopWhenIdle();
    }
  }

  /** Takes no new request by agreement with its owner, and is stopped once it is idle: what it holds can be freed. */
  async retire(): Promise<void> {
    this.#isRetired = true;
    await this.#stopWhenIdle();
  }

  async #stopWhenIdle(): Promise<void> {
    if (this.#inFlight > 0) return;
    await this.server.stop().catch((error: unknown) => this.log.warn({ err: error }, "a replaced server did not stop"));
  }
}
