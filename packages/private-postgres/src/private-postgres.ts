import { mkdir, readFile, realpath, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import pg from "pg";
import { chooseAccount } from "./account.js";
import { findBinaries } from "./binaries.js";
import { ensureCluster, readOwnerPassword } from "./cluster.js";
import { lockDirectory } from "./directory-lock.js";
import { clearTheWay, livePostmaster, stopPostmaster } from "./postmaster.js";
import { startServer } from "./server.js";

const databaseName = "supergraph";

export interface PrivatePostgresOptions {
  /** Where the data, the log and the owner's password are kept; made when it is not there. */
  readonly directory: string;
  /** A free one is chosen at each start unless given. */
  readonly port?: number;
  /** PostgreSQL settings, such as `{ fsync: "off" }`, above the standard ones. */
  readonly settings?: Readonly<Record<string, string>>;
}

export interface PrivatePostgres {
  /** The owner's connection string to the database `supergraph`. */
  readonly url: string;
  readonly port: number;
  readonly directory: string;
  /** Resolves when the server has gone, whatever ended it; its directory may then be started again. */
  readonly exited: Promise<void>;
  /** Fast shutdown. Resolves once the server has gone; a second call does nothing more. */
  stop(): Promise<void>;
}

/**
 * Starts the PostgreSQL of `directory`, making it first when there is none, and resolves once it accepts connections.
 * A server that a killed process left behind is stopped first; committed data is kept.
 * Throws DirectoryInUseError while another live process runs it.
 */
export async function startPrivatePostgres(options: PrivatePostgresOptions): Promise<PrivatePostgres> {
  await mkdir(options.directory, { recursive: true, mode: 0o700 });
  // PostgreSQL's working directory, by which it is recognised, is a real path.
  const directory = await realpath(options.directory);
  const unlock = await lockDirectory(directory);
  try {
    return await start(directory, options, unlock);
  } catch (error) {
    await unlock();
    throw error;
  }
}

async function start(
  directory: string,
  { port, settings = {} }: PrivatePostgresOptions,
  unlock: () => Promise<void>,
): Promise<PrivatePostgres> {
  const binaries = await findBinaries();
  const account = await chooseAccount(directory, binaries.postgres);
  const cluster = await ensureCluster(directory, binaries.initdb, account, { durable: settings["fsync"] !== "off" });
  const password = await readOwnerPassword(directory);
  const server = await startServer({ directory, cluster, binaries, account, port, settings });
  // Also when the server dies by itself: this directory may then be started again.
  const released = new Promise<void>((resolve, reject) => {
    const release = (): void => void rm(connectionFile(directory), { force: true }).then(unlock).then(resolve, reject);
    if (server.child.exitCode === null && server.child.signalCode === null) server.child.once("exit", release);
    else release();
  });
  const stop = async (): Promise<void> => {
    await stopPostmaster(server.pid, binaries);
    await released;
  };
  try {
    await ensureDatabase(ownerUrl(server.port, password, "postgres"));
    await writeFile(connectionFile(directory), JSON.stringify({ port: server.port }), { mode: 0o600 });
  } catch (error) {
    await stop();
    throw error;
  }
  let stopped: Promise<void> | undefined;
  return {
    url: ownerUrl(server.port, password, databaseName),
    port: server.port,
    directory,
    exited: released,
    stop: () => (stopped ??= stop()),
  };
}

/**
 * Removes the PostgreSQL of `directory` with all its data; a server that a killed process left behind is stopped first.
 * Throws DirectoryInUseError while a live process runs it.
 */
export async function removePrivatePostgres(directory: string): Promise<void> {
  const real = await realpath(directory);
  const unlock = await lockDirectory(real);
  try {
    await clearTheWay(path.join(real, "cluster"), await findBinaries());
    await rm(real, { recursive: true, force: true, maxRetries: 5 });
  } finally {
    await unlock();
  }
}

/** The owner's connection string of the PostgreSQL that runs in `directory`; undefined when none runs. */
export async function privatePostgresUrl(directory: string): Promise<string | undefined> {
  if ((await livePostmaster(path.join(directory, "cluster"))) === undefined) return undefined;
  const text = await readFile(connectionFile(directory), "utf8").catch(() => "{}");
  const connection: unknown = JSON.parse(text);
  if (typeof connection !== "object" || connection === null || !("port" in connection)) return undefined;
  return ownerUrl(Number(connection.port), await readOwnerPassword(directory), databaseName);
}

async function ensureDatabase(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const found = await client.query("select from pg_database where datname = $1", [databaseName]);
    if (found.rowCount === 0) await client.query(`create database ${databaseName}`);
  } finally {
    await client.end();
  }
}

function ownerUrl(port: number, password: string, database: string): string {
  return `postgresql://owner:${password}@127.0.0.1:${String(port)}/${database}`;
}

function connectionFile(directory: string): string {
  return path.join(directory, "connection.json");
}
