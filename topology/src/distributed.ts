import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import type { ServiceName } from "@supergraph/service";
import { request } from "undici";
import { freePort } from "./ports.js";
import { launch, type Launch, type LaunchedServices } from "./launch.js";
import { serviceEnvironment } from "./service-environment.js";
import { SupervisedProcess } from "./supervised-process.js";
import { untilReady } from "./until-ready.js";

const SERVICES: ServiceName[] = ["users", "auth", "dynamic", "audit", "gateway"];
/** A service that died this often before all were ready will not do better the next time. */
const HOPELESS_DEATHS = 3;
const { resolve } = createRequire(import.meta.url);
const register = fileURLToPath(import.meta.resolve("@supergraph/observability/register"));

/** Each service as a process of its own, over HTTP. */
async function launchProcesses({ settings, secrets, database, log }: Launch): Promise<LaunchedServices> {
  for (const name of SERVICES) settings.ports[name] ||= await freePort(settings.host);
  const processes = SERVICES.map(
    (name) =>
      new SupervisedProcess(
        name,
        [
          "--enable-source-maps",
          "--heap-growing-percent=50",
          "--import",
          register,
          resolve(`@supergraph/${name}/main`),
        ],
        { ...serviceEnvironment(name, settings, secrets, database.urls), OTEL_SERVICE_NAME: name },
        log,
      ),
  );
  const stop = async () => {
    // The gateway first: what it has taken on, the others still answer.
    for (const child of [...processes].reverse()) await child.stop();
  };
  const local = `http://127.0.0.1:${settings.ports.gateway}`;
  try {
    await untilReady(async () => {
      const failed = SERVICES.filter((_, index) => (processes[index]?.deaths ?? 0) >= HOPELESS_DEATHS);
      if (failed.length > 0) throw new Error(`${failed.join(", ")} could not start; the log above says why.`);
      const answer = await request(`${local}/health/ready`).catch(() => undefined);
      await answer?.body.dump();
      return answer?.statusCode === 200;
    });
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    origin: `http://localhost:${settings.ports.gateway}`,
    operate: async (query, variables, accessToken) => {
      const { body } = await request(`${local}/graphql`, {
        method: "POST",
        headers: {
          "content-type": "application/json",
          ...(accessToken !== undefined && { authorization: `Bearer ${accessToken}` }),
        },
        body: JSON.stringify({ query, variables }),
      });
      return body.json();
    },
    stop,
  };
}

await launch(launchProcesses);
