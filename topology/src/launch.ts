import { createLog, onSignal, type Logger } from "@supergraph/service";
import { banner } from "./banner.js";
import { launchDatabase, type LaunchedDatabase } from "./database.js";
import { developmentAccounts, type Operate } from "./development-accounts.js";
import { wordsOf } from "./error-words.js";
import { keptSecrets, type KeptSecrets } from "./kept-secrets.js";
import { assertPortFree } from "./ports.js";
import { readLauncherSettings, type LauncherSettings } from "./settings.js";

export interface LaunchedServices {
  /** Where the endpoint listens, e.g. `http://localhost:4000`. */
  origin: string;
  operate: Operate;
  stop(): Promise<void>;
}

export interface Launch {
  settings: LauncherSettings;
  secrets: KeptSecrets;
  database: LaunchedDatabase;
  log: Logger;
}

/**
 * Brings up the database, then the services by `launchServices`, then says where they are. SIGINT and SIGTERM stop all
 * of it in the opposite order, and exit 0. What can't start stops what did, says why and exits 1.
 */
export async function launch(launchServices: (launch: Launch) => Promise<LaunchedServices>): Promise<void> {
  const started: { stop(): Promise<void> }[] = [];
  const stopAll = async () => {
    for (const part of started.reverse().splice(0)) await part.stop();
  };
  const log = createLog("launcher", process.env.LOG_LEVEL ?? "info");
  onSignal(stopAll, log);
  try {
    const settings = readLauncherSettings(process.env);
    await assertPortFree(settings.host, settings.ports.gateway);
    const secrets = await keptSecrets(settings);
    const database = await launchDatabase(settings, secrets, log);
    started.push(database);
    const services = await launchServices({ settings, secrets, database, log });
    started.push(services);

    const administrator = { email: settings.administrator.email, password: secrets.administratorPassword };
    const people = settings.isDevelopment
      ? [administrator, ...(await developmentAccounts(services.operate, administrator, settings.dataDirectory))]
      : [];
    process.stdout.write(banner(services.origin, people));
  } catch (error) {
    process.stderr.write(`\nCould not start: ${wordsOf(error)}\n`);
    log.debug({ err: error }, "could not start");
    await stopAll().catch(() => undefined);
    process.exit(1);
  }
}
