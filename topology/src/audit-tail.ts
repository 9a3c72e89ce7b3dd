import { parseArgs } from "node:util";
import { followLog } from "@supergraph/audit";
import { privatePostgresUrl } from "@supergraph/private-postgres";
import { auditWrappingKeys } from "./audit-database.js";
import { postgresDirectory } from "./database.js";
import { wordsOf } from "./error-words.js";
import { runTask } from "./run-task.js";
import { readLauncherSettings } from "./settings.js";

const LAST = 10;
const usage = `Usage: npm run -s audit:tail -- [--from LEAF | --last N]
Prints the log's last ${LAST} events, and those that come, a line of JSON each, until it is stopped.`;

/** Follows the log of the database that `npm start` uses. Ctrl-C ends it, and so does who reads no more. */
await runTask(async () => {
  const request = requestOf(process.argv.slice(2));
  if (typeof request === "string") {
    process.stderr.write(`${request}\n${usage}\n`);
    return 2;
  }
  const settings = readLauncherSettings(process.env);
  const url = settings.databaseUrl ?? (await privatePostgresUrl(postgresDirectory(settings.dataDirectory)));
  if (url === undefined) throw new Error(`No PostgreSQL runs in ${settings.dataDirectory}: npm start starts it.`);

  const stopping = new AbortController();
  const stop = () => {
    stopping.abort();
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, stop);
  process.stdout.on("error", stop);
  const events = followLog({
    ...request,
    url,
    wrappingKeys: await auditWrappingKeys(settings, process.env),
    signal: stopping.signal,
    onTrouble: (error) => process.stderr.write(`The log can't be read: ${wordsOf(error)}. Trying again.\n`),
  });
  for await (const piece of events) process.stdout.write(piece.map((event) => `${JSON.stringify(event)}\n`).join(""));
  return 0;
});

function requestOf(args: string[]): { from: number | undefined; last: number } | string {
  try {
    const { values } = parseArgs({ args, options: { from: { type: "string" }, last: { type: "string" } } });
    if (values.from !== undefined && values.last !== undefined) return "Either --from or --last.";
    for (const [name, text] of Object.entries(values))
      if (!/^\d{1,15}$/.test(text)) return `--${name} takes a whole number, not ${JSON.stringify(text)}.`;
    return { from: values.from === undefined ? undefined : Number(values.from), last: Number(values.last ?? LAST) };
  } catch (error) {
    return wordsOf(error);
  }
}
