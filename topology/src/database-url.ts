import { privatePostgresUrl } from "@supergraph/private-postgres";
import { postgresDirectory } from "./database.js";
import { runTask } from "./run-task.js";
import { readLauncherSettings } from "./settings.js";

await runTask(async () => {
  const { databaseUrl, dataDirectory } = readLauncherSettings(process.env);
  const url = databaseUrl ?? (await privatePostgresUrl(postgresDirectory(dataDirectory)));
  if (url === undefined) throw new Error(`No PostgreSQL runs in ${dataDirectory}: npm start starts it.`);
  process.stdout.write(`${url}\n`);
  return 0;
});
