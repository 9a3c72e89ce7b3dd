import { runCommand } from "@supergraph/migrations";
import { privatePostgresUrl, startPrivatePostgres } from "@supergraph/private-postgres";
import { postgresDirectory } from "./database.js";
import { runTask } from "./run-task.js";
import { readLauncherSettings } from "./settings.js";

// The migrations' own command line, on the database that `npm start` would use: an outside one, the private one that
// runs, or the private one started for as long as this takes.
await runTask(async () => {
  const { databaseUrl, dataDirectory } = readLauncherSettings(process.env);
  const directory = postgresDirectory(dataDirectory);
  const runningUrl = databaseUrl ?? (await privatePostgresUrl(directory));
  const server = runningUrl === undefined ? await startPrivatePostgres({ directory }) : undefined;
  try {
    const environment = { ...process.env, DATABASE_URL: runningUrl ?? server?.url };
    return await runCommand(process.argv.slice(2), environment);
  } finally {
    await server?.stop();
  }
});
