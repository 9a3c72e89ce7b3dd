import { setTimeout as pause } from "node:timers/promises";
import type { AuditTrail } from "@supergraph/audit-trail";
import { SystemError } from "@supergraph/errors";
import type { Database } from "@supergraph/persistence";
import { serviceIdentity, type Logger } from "@supergraph/service";
import type { AuditMetrics } from "../metrics/audit-metrics.js";
import type { LogVerdict, LogVerifier } from "./log-verifier.js";
import type { SignedRoot } from "./signed-roots.js";
import type { VerificationRepository } from "./verification.repository.js";

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const MOST_TOLD = 20;

export interface VerificationWatchParts {
  database: Database;
  verifier: LogVerifier;
  verifications: VerificationRepository;
  audit: AuditTrail;
  metrics: AuditMetrics;
  log: Logger;
  /** 0: never. */
  everyMinutes: number;
}

/**
 * Checks the log by itself as long as it runs: what was sealed since its last check, and all of it once a day. It
 * remembers the tree that it has found right, and so notices a tail that was cut and another history, whoever signed it.
 */
export class VerificationWatch {
  readonly #stopping = new AbortController();
  #running: Promise<void> | undefined;
  #found: SignedRoot | undefined;
  #wholeAt = -Infinity;

  constructor(private readonly parts: VerificationWatchParts) {}

  start(): void {
    if (this.parts.everyMinutes > 0) this.#running ??= this.#run();
  }

  /** Gives up the check that is under way. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  /** One check; undefined when another replica is at it. */
  async check(now = Date.now()): Promise<LogVerdict | undefined> {
    const { database, verifications } = this.parts;
    // Its connection does nothing but hold the lock.
    return database.independently(async () => {
      if (!(await verifications.takeLead())) return undefined;
      return database.runApart(() => this.#check(now));
    });
  }

  async #check(now: number): Promise<LogVerdict> {
    const { verifier, verifications, metrics } = this.parts;
    const isWhole = now - this.#wholeAt >= DAY_MS || !this.#found || !(await verifications.hasLeaves(this.#found.size));
    const from = isWhole ? 0 : this.#found?.size;
    const witnessed = this.#found ? [this.#found] : [];
    const verdict = await verifier.verify({ from, witnessed, signal: this.#stopping.signal });
    metrics.verified(verdict.problems.count);
    if (verdict.problems.count > 0) {
      await this.#tell(verdict);
      return verdict;
    }
    if (isWhole) this.#wholeAt = now;
    this.#found = { size: verdict.to, root: verdict.root, signedAt: new Date(now), copy: "memory" };
    return verdict;
  }

  async #tell({ from, to, problems }: LogVerdict): Promise<void> {
    const { audit, log } = this.parts;
    const told = problems.list.slice(0, MOST_TOLD);
    log.error({ from, to, count: problems.count, problems: told }, "the audit log is not what was signed");
    const failure = new SystemError("AUDIT_LOG_NOT_PROVEN");
    const attempt = {
      action: "audit.verification-failed",
      identity: serviceIdentity("audit"),
      path: "verification",
      details: {
        actor: { type: "system", label: "audit" },
        metadata: { from, to, count: problems.count, problems: told },
      },
    } as const;
    await audit
      .attempt(attempt, () => Promise.reject(failure))
      .catch((error: unknown) => {
        if (error !== failure) throw error;
      });
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    const { everyMinutes, log } = this.parts;
    for (;;) {
      await pause(everyMinutes * MINUTE_MS, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return;
      await this.check().catch((error: unknown) => {
        if (!signal.aborted) log.error({ err: error }, "the audit log could not be checked; it will be tried again");
      });
    }
  }
}
