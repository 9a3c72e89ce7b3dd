import path from "node:path";
import { migrateUp, serviceDatabaseUrl } from "@supergraph/migrations";
import { startPrivatePostgres, type PrivatePostgres } from "@supergraph/private-postgres";
import { subgraphNames, type Logger, type SubgraphName } from "@supergraph/service";
import { wordsOf } from "./error-words.js";
import type { KeptSecrets } from "./kept-secrets.js";
import type { LauncherSettings } from "./settings.js";

export interface LaunchedDatabase {
  /** Each service's own connection string. */
  urls: Record<SubgraphName, string>;
  stop(): Promise<void>;
}

/** Where a private PostgreSQL lives below the data directory. */
export const postgresDirectory = (dataDirectory: string) => path.join(dataDirectory, "postgres");

/** Brings up the database and migrates it: the one that `DATABASE_URL` names, else a private one. */
export async function launchDatabase(
  settings: LauncherSettings,
  { rolePasswords }: KeptSecrets,
  log: Logger,
): Promise<LaunchedDatabase> {
  const server =
    settings.databaseUrl === undefined ? await SupervisedPostgres.start(settings.dataDirectory, log) : undefined;
  const ownerUrl = settings.databaseUrl ?? server?.url ?? "";
  try {
    await migrateUp({ url: ownerUrl, rolePasswords, log: (line) => log.info(line) });
  } catch (cause) {
    await server?.stop();
    if (server) throw cause;
    throw new Error(`The database that DATABASE_URL names could not be migrated: ${wordsOf(cause)}`, { cause });
  }
  const urls = subgraphNames.map((name) => [name, serviceDatabaseUrl(ownerUrl, name, rolePasswords[name])] as const);
  return {
    urls: Object.fromEntries(urls) as Record<SubgraphName, string>,
    stop: async () => server?.stop(),
  };
}

/** A private PostgreSQL that comes back, at the same address, when its process dies under it. */
class SupervisedPostgres {
  #isStopping = false;

  private constructor(
    private server: PrivatePostgres,
    private readonly log: Logger,
  ) {
    this.#watch();
  }

  static async start(dataDirectory: string, log: Logger): Promise<SupervisedPostgres> {
    return new SupervisedPostgres(await startPrivatePostgres({ directory: postgresDirectory(dataDirectory) }), log);
  }

  get url(): string {
    return this.server.url;
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    await this.server.stop();
  }

  #watch(): void {
    const { directory, port, exited } = this.server;
    void exited
      .then(async () => {
        if (this.#isStopping) return;
        this.log.error("PostgreSQL died; starting it again");
        this.server = await startPrivatePostgres({ directory, port });
        this.#watch();
      })
      .catch((error: unknown) => {
        this.log.fatal({ err: error }, "PostgreSQL could not be started again");
      });
  }
}
