import { wordsOf } from "./error-words.js";

/** Runs what ends by itself, as the process: its result is the exit code. A failure is told in words, and exits 1. */
export async function runTask(task: () => Promise<number>): Promise<void> {
  try {
    process.exitCode = await task();
  } catch (error) {
    process.stderr.write(`${wordsOf(error)}\n`);
    process.exitCode = 1;
  }
}
