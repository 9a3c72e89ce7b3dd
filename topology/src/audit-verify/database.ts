import { existsSync } from "node:fs";
import { UnverifiableLog, verifyStoredLog, type StoredLogVerdict } from "@supergraph/audit";
import { migrationStatus } from "@supergraph/migrations";
import { privatePostgresUrl, startPrivatePostgres } from "@supergraph/private-postgres";
import { auditWrappingKeys } from "../audit-database.js";
import { postgresDirectory } from "../database.js";
import { readLauncherSettings, type LauncherSettings } from "../settings.js";
import { describeStoredLog } from "./stored-log-words.js";

export interface DatabaseOptions {
  /** Notes that a witness kept. */
  checkpoints: string | undefined;
  verifierKey: string | undefined;
  from: number | undefined;
  to: number | undefined;
}

/**
 * Checks the log of the database that `npm start` would use, and changes nothing there.
 * @throws Error when there is none, or it can't be checked, in words that say why
 */
export async function verifyDatabase(
  options: DatabaseOptions,
  environment: NodeJS.ProcessEnv,
): Promise<{ words: string; exitCode: number }> {
  const settings = readLauncherSettings(environment);
  const verdict = await withDatabase(settings, async (url) => {
    await refuseOtherSchema(url);
    return verifyStoredLog({ ...options, url, wrappingKeys: await auditWrappingKeys(settings, environment) });
  });
  return { words: describeStoredLog(verdict), exitCode: verdict.problems.count > 0 ? 1 : 0 };
}

/** An outside database, the private one that runs, or the private one started for as long as this takes. */
async function withDatabase(
  { databaseUrl, dataDirectory }: LauncherSettings,
  work: (url: string) => Promise<StoredLogVerdict>,
): Promise<StoredLogVerdict> {
  const directory = postgresDirectory(dataDirectory);
  const runningUrl = databaseUrl ?? (await privatePostgresUrl(directory));
  if (runningUrl !== undefined) return work(runningUrl);
  if (!existsSync(directory))
    throw new UnverifiableLog(`There is no database in ${dataDirectory}: npm start makes one.`);
  const server = await startPrivatePostgres({ directory });
  try {
    return await work(server.url);
  } finally {
    await server.stop();
  }
}

async function refuseOtherSchema(url: string): Promise<void> {
  const states = (await migrationStatus({ url })).filter(({ schema }) => schema === "audit");
  if (states.every(({ state }) => state === "pending")) throw new UnverifiableLog("This database holds no audit log.");
  if (states.some(({ state }) => state === "pending"))
    throw new UnverifiableLog("The database's schema is older than this code: npm run migrate -- up brings it up.");
  if (states.some(({ state }) => state === "missing"))
    throw new UnverifiableLog("The database's schema is newer than this code: check it with the code that it is of.");
}
