import { mkdtemp, readFile } from "node:fs/promises";
import path from "node:path";
import { migrateUp, serviceDatabaseUrl, type Service } from "@supergraph/migrations";
import { removePrivatePostgres, startPrivatePostgres, type PrivatePostgres } from "@supergraph/private-postgres";
import { directoryPrefix, fastFolder } from "./temporary-folder.js";
import { rolePasswords } from "./test-postgres.js";

export interface KillablePostgres {
  /** The owner's connection string. */
  readonly ownerUrl: string;
  /** The connection string with which a service reaches it. */
  url(service: Service): string;
  /** SIGKILL to the server, then a start at the same address. */
  killAndRestart(): Promise<void>;
  /** Stops it and removes its data. */
  remove(): Promise<void>;
}

/** A migrated PostgreSQL of one's own, with the settings that it has in production, for tests that kill it. */
export async function killablePostgres(): Promise<KillablePostgres> {
  const directory = await mkdtemp(path.join(await fastFolder(), directoryPrefix));
  let server: PrivatePostgres = await startPrivatePostgres({ directory });
  const remove = async (): Promise<void> => {
    await server.stop();
    await removePrivatePostgres(directory);
  };
  try {
    await migrateUp({ url: server.url, rolePasswords });
  } catch (error) {
    await remove();
    throw error;
  }
  const { port } = server;
  return {
    ownerUrl: server.url,
    url: (service) => serviceDatabaseUrl(server.url, service, rolePasswords[service]),
    killAndRestart: async () => {
      process.kill(await postmasterOf(server.directory), "SIGKILL");
      await server.exited;
      server = await startPrivatePostgres({ directory, port });
    },
    remove,
  };
}

async function postmasterOf(directory: string): Promise<number> {
  const [pid] = (await readFile(path.join(directory, "cluster/postmaster.pid"), "utf8")).split("\n");
  return Number(pid);
}
