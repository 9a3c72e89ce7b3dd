import type { Socket } from "node:net";
import { duplexPair, type Duplex, type Readable } from "node:stream";
import type { FastifyInstance } from "fastify";
import { Agent, errors, request } from "undici";
import type { SubgraphName } from "./settings.js";
import { DEFAULT_TIMEOUT_MS, type Transport } from "./transport.js";
import { noAnswer } from "./within-deadline.js";

/** Each stream holds a connection for as long as it lasts: more than these wait for one to end. */
const CONNECTIONS = 64;

/**
 * To services that run as processes of their own, for bodies that are too large to hold: read as fast as the reader
 * reads. `timeoutMs` ends with the headers. Destroying the body, or the request's signal, ends it at the service too;
 * a body that breaks off there, or rests for 5 minutes, is destroyed with an error.
 */
export function httpStreams<Name extends string>(urls: Record<Name, string>): Transport<Name, Readable> {
  return streamsBy(new Agent({ connections: CONNECTIONS }), (service) => urls[service]);
}

/**
 * The same to services of this very process, by HTTP without a socket: a pair of streams in the place of one. Fastify's
 * `inject` would do with `payloadAsStream`, but that of light-my-request 6.8 holds all that was written in memory.
 */
export function inProcessStreams(apps: ReadonlyMap<SubgraphName, FastifyInstance>): Transport<SubgraphName, Readable> {
  const agent = new Agent({
    connections: CONNECTIONS,
    connect: ({ hostname }, connected) => {
      connectionTo(apps.get(hostname as SubgraphName)).then(
        (connection) => {
          connected(null, connection as Socket);
        },
        (error: unknown) => {
          connected(error as Error, null);
        },
      );
    },
  });
  return streamsBy(agent, (service) => `http://${service}`);
}

function streamsBy<Name extends string>(agent: Agent, urlOf: (service: Name) => string): Transport<Name, Readable> {
  return async (service, { path, timeoutMs = DEFAULT_TIMEOUT_MS, signal, ...options }) => {
    const deadline = new AbortController();
    const timer = setTimeout(() => {
      deadline.abort();
    }, timeoutMs);
    try {
      const { statusCode, headers, body } = await request(new URL(path, urlOf(service)), {
        ...options,
        dispatcher: agent,
        signal: signal ? AbortSignal.any([signal, deadline.signal]) : deadline.signal,
      });
      return { status: statusCode, headers: headers as Record<string, string | undefined>, body };
    } catch (cause) {
      throw noAnswer(cause, deadline.signal.aborted);
    } finally {
      clearTimeout(timer);
    }
  };
}

/** A connection to the app's server whose ends are here both: neither outlives the other. */
async function connectionTo(app: FastifyInstance | undefined): Promise<Duplex> {
  if (!app) throw new Error("No such service runs in this process");
  await app.ready();
  const [client, server] = duplexPair();
  client.once("close", () => server.destroy());
  server.once("close", () => {
    // What has ended properly may still wait to be read.
    if (!server.writableFinished) client.destroy(new errors.SocketError("the connection was broken off"));
  });
  app.server.emit("connection", server);
  return client;
}
