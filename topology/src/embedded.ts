import type { AddressInfo } from "node:net";
import { auditService } from "@supergraph/audit";
import { authService } from "@supergraph/auth";
import { dynamicService } from "@supergraph/dynamic";
import { gatewayService } from "@supergraph/gateway";
import {
  createLog,
  inProcessTransport,
  readSettings,
  serviceCaller,
  type Logger,
  type ServiceDefinition,
  type ServiceParts,
  type SubgraphName,
} from "@supergraph/service";
import { usersService } from "@supergraph/users";
import type { FastifyInstance } from "fastify";
import { launch, type Launch, type LaunchedServices } from "./launch.js";
import { serviceEnvironment } from "./service-environment.js";
import { untilReady } from "./until-ready.js";

const definitions: ServiceDefinition[] = [usersService, authService, dynamicService, auditService, gatewayService];

/** All services in this process; they call each other without a socket. */
async function launchInProcess({ settings, secrets, database, log }: Launch): Promise<LaunchedServices> {
  const secret = new TextEncoder().encode(secrets.gatewaySecret);
  const apps = new Map<SubgraphName, FastifyInstance>();
  const call = serviceCaller(inProcessTransport(apps), secret);
  const running: ServiceParts[] = [];
  const stop = async () => {
    for (const parts of [...running].reverse()) {
      await parts.app.close();
      await parts.stop?.();
    }
  };
  try {
    for (const definition of definitions) {
      const { name } = definition;
      const environment = serviceEnvironment(name, settings, secrets, database.urls);
      const serviceSettings = readSettings(definition.settings, environment);
      const parts = await definition.create({
        settings: serviceSettings,
        log: createLog(name, settings.logLevel),
        call,
      });
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
