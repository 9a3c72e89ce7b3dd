import { readlinkSync } from "node:fs";
import { getPriority, setPriority } from "node:os";
import { parentPort } from "node:worker_threads";
import { hashSync, verifySync } from "@node-rs/bcrypt";

/** Work on a password that keeps a core busy. */
export type PasswordJob =
  | { kind: "hash"; password: string; cost: number }
  | { kind: "verify"; password: string; passwordHash: string }
  /** How many guesses it would take, as a power of ten; `known` is what anybody would try for this account. */
  | { kind: "guesses"; password: string; known: readonly string[] };

export interface PasswordResult {
  hash: string;
  verify: boolean;
  guesses: number;
}

export type PasswordReply = { result: PasswordResult[keyof PasswordResult] } | { failure: unknown };

/** Gives the thread half of what another gets: on a busy machine signing in is slow, and does not stand still. */
const NICER_BY = 3;

standBack();
parentPort?.on("message", (job: PasswordJob) => {
  run(job).then(
    (result) => parentPort?.postMessage({ result } satisfies PasswordReply),
    (failure: unknown) => parentPort?.postMessage({ failure } satisfies PasswordReply),
  );
});

async function run(job: PasswordJob): Promise<PasswordResult[keyof PasswordResult]> {
  if (job.kind === "hash") return hashSync(job.password, { cost: job.cost, rejectLongPasswords: true });
  if (job.kind === "verify") return verifySync(job.password, job.passwordHash);
  return (await estimator()).check(job.password, [...job.known]).guessesLog10;
}

let loading: ReturnType<typeof loadEstimator> | undefined;
const estimator = () => (loading ??= loadEstimator());

/** 30 MB of words and passwords: only the thread that judges holds them. */
async function loadEstimator() {
  const [{ ZxcvbnFactory }, { dictionary, adjacencyGraphs }] = await Promise.all([
    import("@zxcvbn-ts/core"),
    import("@zxcvbn-ts/language-common"),
  ]);
  return new ZxcvbnFactory({ dictionary, graphs: adjacencyGraphs });
}

/** Lowers the priority of this thread alone, where the system can: Linux, whose setpriority(2) takes a thread's id. */
function standBack(): void {
  try {
    const thread = Number(readlinkSync("/proc/thread-self").split("/").at(-1));
    setPriority(thread, getPriority(thread) + NICER_BY);
  } catch {
    // It runs as everything else does.
  }
}
