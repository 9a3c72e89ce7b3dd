import { parseArgs } from "node:util";
import { wordsOf } from "../error-words.js";
import { verifyFile } from "./file.js";

const usage = `Usage: npm run audit:verify -- FILE [--checkpoint NOTEFILE] [--key KEY]
  FILE          an export in ndjson
  --checkpoint  a file with what a witness kept: a checkpoint, or many one after another
  --key         the operator's verifier key, <name>+<8 hex digits>+<base64>, or a file that holds it
It needs nothing but these. Exit code 0: proven, 1: tampered, 2: unreadable, or wrong use.`;

interface Request {
  file: string;
  checkpoint: string | undefined;
  key: string | undefined;
}

/** Runs the command line; resolves to the exit code: 0 proven, 1 tampered, 2 unreadable or wrong use. */
export async function runAuditVerify(args: readonly string[]): Promise<number> {
  const request = parseRequest(args);
  if (typeof request === "string") return refuse(`${request}\n${usage}`);
  try {
    const { words, exitCode } = await verifyFile(request.file, request);
    console.log(words);
    return exitCode;
  } catch (error) {
    return refuse(wordsOf(error));
  }
}

/** What is asked for, or what is wrong with how. */
function parseRequest(args: readonly string[]): Request | string {
  try {
    const { positionals, values } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { checkpoint: { type: "string" }, key: { type: "string" } },
    });
    const [file, ...others] = positionals;
    if (file === undefined) return "Which file?";
    if (others.length > 0) return `One file at a time, not ${positionals.join(", ")}.`;
    return { file, checkpoint: values.checkpoint, key: values.key };
  } catch (error) {
    return wordsOf(error);
  }
}

function refuse(words: string): number {
  console.error(words);
  return 2;
}
