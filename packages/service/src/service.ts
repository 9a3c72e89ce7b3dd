import type { Readable } from "node:stream";
import type { FastifyInstance } from "fastify";
import type { z } from "zod";
import { flushSpans } from "./flush-spans.js";
import { createLog, type Logger } from "./log.js";
import { readSettings, peerSettings, type ServiceName } from "./settings.js";
import { httpStreams } from "./stream-transport.js";
import { httpTransport, serviceCaller, type ServiceCaller } from "./transport.js";

export interface ServiceParts {
  app: FastifyInstance;
  /** Runs once the service can be called: background loops, first data. */
  start?(): Promise<void>;
  /** Ends what `start` began; the app has finished its requests by then. */
  stop?(): Promise<void>;
}

export interface ServiceDependencies<Settings> {
  settings: Settings;
  log: Logger;
  call: ServiceCaller;
}

/** What a service asks for that passes on bodies too large to hold. */
export interface StreamingDependencies<Settings> extends ServiceDependencies<Settings> {
  /** As `call`, but the body comes as a stream: read as fast as it is asked for. */
  stream: ServiceCaller<Readable>;
}

/** A service, as a process of its own or beside others in one. */
export interface ServiceDefinition<
  Schema extends z.ZodType = z.ZodType,
  Dependencies = ServiceDependencies<z.output<Schema>>,
> {
  name: ServiceName;
  settings: Schema;
  create(dependencies: Dependencies): Promise<ServiceParts>;
}

/** A service as those see it who run it: it asks for no more than there is. */
export type RunnableService<Schema extends z.ZodType = z.ZodType> = ServiceDefinition<
  Schema,
  StreamingDependencies<z.output<Schema>>
>;

/** What the runner itself reads; every service's settings hold them. */
interface RunnerSettings {
  HOST: string;
  PORT: number;
  LOG_LEVEL: string;
  GATEWAY_SECRET: Uint8Array;
}

/**
 * Runs a service as this process: reads its settings, listens, and on SIGINT or SIGTERM stops taking requests,
 * finishes those that it has, and exits 0. Settings at fault: prints them all and exits 1.
 */
export async function runService<Schema extends z.ZodType>(definition: RunnableService<Schema>): Promise<void> {
  const log = createLog(definition.name, process.env.LOG_LEVEL ?? "info");
  let parts: ServiceParts | undefined;
  onSignal(async (cause) => {
    log.info({ cause }, "draining");
    await parts?.app.close();
    await parts?.stop?.();
  }, log);
  try {
    const settings = readSettings(definition.settings, process.env);
    const { HOST, PORT, GATEWAY_SECRET } = settings as RunnerSettings;
    const peers = readSettings(peerSettings, process.env);
    const urls = { users: peers.USERS_URL, auth: peers.AUTH_URL, dynamic: peers.DYNAMIC_URL, audit: peers.AUDIT_URL };
    const call = serviceCaller(httpTransport(urls), GATEWAY_SECRET);
    const stream = serviceCaller(httpStreams(urls), GATEWAY_SECRET);
    parts = await definition.create({ settings, log, call, stream });
    await parts.app.listen({ host: HOST, port: PORT });
    await parts.start?.();
    log.info({ host: HOST, port: PORT }, "listening");
  } catch (error) {
    log.fatal({ err: error }, error instanceof Error ? error.message : "could not start");
    process.exitCode = 1;
    setImmediate(() => process.exit(1));
  }
}

/**
 * Calls `stop` once, at the first SIGINT or SIGTERM, or when the process that supervises this one is gone, and exits 0
 * after it; at the second signal exits at once.
 */
export function onSignal(stop: (cause: string) => Promise<void>, log: Logger): void {
  let isStopping = false;
  for (const cause of ["SIGINT", "SIGTERM", "disconnect"] as const) {
    process.on(cause, () => {
      if (isStopping) process.exit(1);
      isStopping = true;
      stop(cause)
        .then(flushSpans)
        .then(
          () => process.exit(0),
          (error: unknown) => {
            log.fatal({ err: error }, "could not stop cleanly");
            process.exit(1);
          },
        );
    });
  }
}
