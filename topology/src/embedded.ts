import type { AddressInfo } from "node:net";
import { auditService } from "@supergraph/audit";
import { authService } from "@supergraph/auth";
import { dynamicService } from "@supergraph/dynamic";
import { gatewayService } from "@supergraph/gateway";
import {
  createLog,
  inProcessStreams,
  inProcessTransport,
  readSettings,
  serviceCaller,
  type Logger,
  type RunnableService,
  type ServiceParts,
  type StreamingDependencies,
  type SubgraphName,
} from "@supergraph/service";
import { usersService } from "@supergraph/users";
import type { FastifyInstance } from "fastify";
import type { z } from "zod";
import { launch, type Launch, type LaunchedServices } from "./launch.js";
import { serviceEnvironment } from "./service-environment.js";
import { untilReady } from "./until-ready.js";

const services = [
  fromEnvironment(usersService),
  fromEnvironment(authService),
  fromEnvironment(dynamicService),
  fromEnvironment(auditService),
  fromEnvironment(gatewayService),
];

/** All services in this process; they call each other without a socket. */
async function launchInProcess({ settings, secrets, database, log }: Launch): Promise<LaunchedServices> {
  const secret = new TextEncoder().encode(secrets.gatewaySecret);
  const apps = new Map<SubgraphName, FastifyInstance>();
  const call = serviceCaller(inProcessTransport(apps), secret);
  const stream = serviceCaller(inProcessStreams(apps), secret);
  const running: ServiceParts[] = [];
  const stop = async () => {
    for (const parts of [...running].reverse()) {
      await parts.app.close();
      await parts.stop?.();
    }
  };
  try {
    for (const { name, create } of services) {
      const environment = serviceEnvironment(name, settings, secrets, database.urls);
      const parts = await create(environment, { log: createLog(name, settings.logLevel), call, stream });
      running.push(parts);
      if (name !== "gateway") apps.set(name, parts.app);
    }
    const gateway = running.at(-1)?.app;
    if (!gateway) throw new Error("There is no gateway among the services");
    await gateway.listen({ host: settings.host, port: settings.ports.gateway });
    for (const [name, app] of apps) await listenBeside(name, app, settings.host, settings.ports[name], log);
    await Promise.all(running.map(async (parts) => parts.start?.()));

    const { port } = gateway.server.address() as AddressInfo;
    const origin = `http://localhost:${port}`;
    const inject = (query: string, variables: object, accessToken?: string) =>
      gateway.inject({
        method: "POST",
        url: "/graphql",
        headers: accessToken === undefined ? {} : { authorization: `Bearer ${accessToken}` },
        payload: { query, variables },
      });
    await untilReady(async () => (await gateway.inject({ url: "/health/ready" })).statusCode === 200);
    return {
      origin,
      operate: async (query, variables, accessToken) => (await inject(query, variables, accessToken)).json<unknown>(),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function fromEnvironment<Schema extends z.ZodType>(definition: RunnableService<Schema>) {
  return {
    name: definition.name,
    create: (environment: NodeJS.ProcessEnv, others: Omit<StreamingDependencies<unknown>, "settings">) =>
      definition.create({ settings: readSettings(definition.settings, environment), ...others }),
  };
}

/** A subgraph's own port is for developers to look at; nothing here needs it. */
async function listenBeside(
  name: string,
  app: FastifyInstance,
  host: string,
  port: number,
  log: Logger,
): Promise<void> {
  await app.listen({ host, port }).catch((error: unknown) => {
    log.warn({ err: error }, `${name} does not listen at ${port}; the endpoint works without`);
  });
}

await launch(launchInProcess);
