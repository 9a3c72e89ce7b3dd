import { parseArgs } from "node:util";
import { wordsOf } from "../error-words.js";
import { verifyDatabase } from "./database.js";
import { keyOf, textOf, verifyFile } from "./file.js";

const usage = `Usage: npm run audit:verify -- FILE [--checkpoint NOTEFILE] [--key KEY]
       npm run audit:verify -- --database [--checkpoint NOTEFILE] [--key KEY] [--from LEAF] [--to LEAF]
  FILE          an export in ndjson
  --database    the log itself, in the database that npm start would use: DATABASE_URL, or the private one
  --checkpoint  a file with what a witness kept: a checkpoint, or many one after another
  --key         the operator's verifier key, <name>+<8 hex digits>+<base64>, or a file that holds it
  --from, --to  of the log itself: the first leaf to check, and the one before which to end
A file needs nothing but these. To check people's values in a database it takes AUDIT_KEY_ENCRYPTION_KEY, which is found
in DATA_DIR when it was made there. Exit code 0: proven, 1: tampered, 2: unreadable, or wrong use.`;

interface Request {
  /** Undefined: the database. */
  file: string | undefined;
  checkpoint: string | undefined;
  key: string | undefined;
  from: number | undefined;
  to: number | undefined;
}

/** Runs the command line; resolves to the exit code: 0 proven, 1 tampered, 2 unreadable or wrong use. */
export async function runAuditVerify(args: readonly string[]): Promise<number> {
  const request = parseRequest(args);
  if (typeof request === "string") return refuse(`${request}\n${usage}`);
  try {
    const { words, exitCode } = await verify(request);
    console.log(words);
    return exitCode;
  } catch (error) {
    return refuse(wordsOf(error));
  }
}

async function verify({ file, checkpoint, key, from, to }: Request): Promise<{ words: string; exitCode: number }> {
  if (file !== undefined) return verifyFile(file, { checkpoint, key });
  const checkpoints = checkpoint === undefined ? undefined : await textOf(checkpoint);
  return verifyDatabase({ checkpoints, verifierKey: await keyOf(key), from, to }, process.env);
}

/** What is asked for, or what is wrong with how. */
function parseRequest(args: readonly string[]): Request | string {
  try {
    const { positionals, values } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        database: { type: "boolean" },
        checkpoint: { type: "string" },
        key: { type: "string" },
        from: { type: "string" },
        to: { type: "string" },
      },
    });
    const [file, ...others] = positionals;
    const { database = false, checkpoint, key } = values;
    const [from, to] = [leafOf(values.from), leafOf(values.to)];
    if (database && file !== undefined) return `Either the database or the file ${file}.`;
    if (!database && file === undefined) return "Which file?";
    if (!database && (from ?? to) !== undefined) return "--from and --to are for the database.";
    if (others.length > 0) return `One file at a time, not ${positionals.join(", ")}.`;
    return { file, checkpoint, key, from, to };
  } catch (error) {
    return wordsOf(error);
  }
}

/** @throws Error */
function leafOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d{1,15}$/.test(text)) throw new Error(`${JSON.stringify(text)} is no leaf's index.`);
  return Number(text);
}

function refuse(words: string): number {
  console.error(words);
  return 2;
}
