import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "@supergraph/service";

const RESTART_PAUSE_MS = 500;
const KILL_AFTER_MS = 20_000;

/** A child process that is started again when it dies, and dies with this one: it notices the channel's end. */
export class SupervisedProcess {
  #child: ChildProcess;
  #isStopping = false;
  #deaths = 0;

  constructor(
    private readonly name: string,
    private readonly args: readonly string[],
    private readonly environment: NodeJS.ProcessEnv,
    private readonly log: Logger,
  ) {
    this.#child = this.#spawn();
  }

  /** How often it died by itself. */
  get deaths(): number {
    return this.#deaths;
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const gone = once(this.#child, "exit");
    this.#child.kill("SIGTERM");
    const killer = setTimeout(() => this.#child.kill("SIGKILL"), KILL_AFTER_MS);
    await gone;
    clearTimeout(killer);
  }

  #spawn(): ChildProcess {
    const child = spawn(process.execPath, this.args, {
      env: this.environment,
      // A group of its own: Ctrl-C reaches this process alone, which stops the others in order.
      detached: true,
      stdio: ["ignore", "inherit", "inherit", "ipc"],
    });
    this.log.info({ child: this.name, pid: child.pid }, "started a process");
    child.once("exit", (code, signal) => void this.#died(code, signal));
    return child;
  }

  async #died(code: number | null, signal: NodeJS.Signals | null): Promise<void> {
    if (this.#isStopping) return;
    this.#deaths++;
    this.log.error({ code, signal }, `${this.name} died; starting it again`);
    await sleep(RESTART_PAUSE_MS);
    if (!this.#isStopping) this.#child = this.#spawn();
  }
}
