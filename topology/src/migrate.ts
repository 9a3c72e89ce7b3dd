import { existsSync } from "node:fs";
import { databaseUse, runCommand } from "@supergraph/migrations";
import { privatePostgresUrl, startPrivatePostgres } from "@supergraph/private-postgres";
import { postgresDirectory } from "./database.js";
import { runTask } from "./run-task.js";
import { readLauncherSettings } from "./settings.js";

// The migrations' own command line, on the database that `npm start` would use: an outside one, the private one that
// runs, or the private one started for as long as this takes.
await runTask(async () => {
  const args = process.argv.slice(2);
  const use = databaseUse(args);
  if (use === "none") return runCommand(args, process.env);
  const { databaseUrl, dataDirectory } = readLauncherSettings(process.env);
  const directory = postgresDirectory(dataDirectory);
  const runningUrl = databaseUrl ?? (await privatePostgresUrl(directory));
  const isStarted = runningUrl === undefined && (use === "needed" || existsSync(directory));
  const server = isStarted ? await startPrivatePostgres({ directory }) : undefined;
  try {
    return await runCommand(args, { ...process.env, DATABASE_URL: runningUrl ?? server?.url });
  } finally {
    await server?.stop();
  }
});
