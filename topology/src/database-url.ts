import { privatePostgresUrl } from "@supergraph/private-postgres";
import { postgresDirectory } from "./database.js";
import { readLauncherSettings } from "./settings.js";

const { databaseUrl, dataDirectory } = readLauncherSettings(process.env);
const url = databaseUrl ?? (await privatePostgresUrl(postgresDirectory(dataDirectory)));
if (url === undefined) {
  process.stderr.write(`No PostgreSQL runs in ${dataDirectory}: npm start starts it.\n`);
  process.exitCode = 1;
} else {
  process.stdout.write(`${url}\n`);
}
