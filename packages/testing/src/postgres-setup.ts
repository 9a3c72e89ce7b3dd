import { mkdtemp } from "node:fs/promises";
import path from "node:path";
import { migrateUp } from "@supergraph/migrations";
import { removePrivatePostgres, startPrivatePostgres } from "@supergraph/private-postgres";
import pg from "pg";
import { directoryPrefix, fastFolder, removeLeftovers } from "./temporary-folder.js";
import { postgresUrlVariable, rolePasswords, templateDatabase, withDatabase } from "./test-postgres.js";

/**
 * vitest's globalSetup: one PostgreSQL for the whole run, with a migrated template to copy databases from.
 * Its address reaches the tests in the environment (TEST_POSTGRES_URL). Returns what stops and removes it.
 */
export default async function setup(): Promise<() => Promise<void>> {
  const folder = await fastFolder();
  await removeLeftovers(folder);
  const directory = await mkdtemp(path.join(folder, directoryPrefix));
  const postgres = await startPrivatePostgres({
    directory,
    // Nobody needs this data after a crash.
    settings: { fsync: "off", synchronous_commit: "off", full_page_writes: "off", autovacuum: "off" },
  });
  const teardown = async (): Promise<void> => {
    await postgres.stop();
    await removePrivatePostgres(directory);
  };
  try {
    await migrateTemplate(postgres.url);
  } catch (error) {
    await teardown();
    throw error;
  }
  process.env[postgresUrlVariable] = postgres.url;
  return teardown;
}

async function migrateTemplate(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(`create database ${templateDatabase}`);
  } finally {
    await client.end();
  }
  await migrateUp({ url: withDatabase(url, templateDatabase), rolePasswords });
}
