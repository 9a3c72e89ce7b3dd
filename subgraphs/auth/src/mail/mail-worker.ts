import type { Database } from "@supergraph/persistence";
import type { Logger } from "@supergraph/service";
import { linkKinds, noticeKinds } from "./letter.js";
import type { LetterWriter } from "./letter-writer.js";
import type { MailJobRepository, MailJobRow } from "./mail-job.repository.js";
import type { MailTokenRepository } from "./mail-token.repository.js";
import type { MailTransport } from "./mail-transport.js";

const KINDS = [...linkKinds, ...noticeKinds];
/** Longer than a server may be silent: while one process waits for it, no other takes the job. */
const LEASE_SECONDS = 120;
const FIRST_PAUSE_SECONDS = 2;
const LONGEST_PAUSE_SECONDS = 60 * 60;
const GIVE_UP_HOURS = 24;
const TOKENS_KEPT_HOURS = 1;
/**
 * After a commit, not at once: what the worker does depends on whether there is an account, and must not be felt in the
 * answer to who asked.
 */
const WAKE_MS = 50;

/** Sends what `mail_job` holds, each mail at least once; several may run beside each other. */
export class MailWorker {
  #isAwake = false;
  #turn: Promise<void> = Promise.resolve();
  #waking: NodeJS.Timeout | undefined;

  constructor(
    private readonly use: {
      database: Database;
      jobs: MailJobRepository;
      tokens: MailTokenRepository;
      writer: LetterWriter;
      transport: MailTransport;
      log: Logger;
    },
  ) {}

  /** Soon, and without waiting for it; a failure is met by the next turn. */
  wake(): void {
    if (!this.#isAwake) return;
    this.#waking ??= setTimeout(() => {
      this.#waking = undefined;
      this.drain().catch((error: unknown) => this.use.log.warn({ err: error }, "mails will be sent later"));
    }, WAKE_MS);
  }

  start(): void {
    this.#isAwake = true;
  }

  /** Finishes the mail that is being sent. */
  async stop(): Promise<void> {
    this.#isAwake = false;
    clearTimeout(this.#waking);
    await this.#turn.catch(() => undefined);
  }

  /** Sends all that is due; one turn at a time. */
  drain(): Promise<void> {
    const turn = this.#turn.catch(() => undefined).then(() => this.#sendAll());
    this.#turn = turn;
    return turn;
  }

  /** Ends what is of no more use: jobs that failed for a day, and tokens that can't be used. */
  async prune(): Promise<void> {
    const { jobs, tokens, log } = this.use;
    for (const { kind, attempts } of await jobs.deleteOlderThan(GIVE_UP_HOURS)) {
      log.error({ mail_kind: kind, attempts }, "gave up on a mail that could not be sent for a day");
    }
    await tokens.prune(TOKENS_KEPT_HOURS);
  }

  async #sendAll(): Promise<void> {
    while (this.#isAwake) {
      const job = await this.use.jobs.take(KINDS, LEASE_SECONDS);
      if (!job) return;
      await this.#send(job);
    }
  }

  async #send(job: MailJobRow): Promise<void> {
    const { database, jobs, writer, transport, log } = this.use;
    try {
      const letter = await database.independently(() => writer.write(job));
      if (letter) await transport.deliver(letter);
    } catch (error) {
      const pause = Math.min(FIRST_PAUSE_SECONDS * 2 ** (job.attempts - 1), LONGEST_PAUSE_SECONDS);
      log.error(
        { mail_kind: job.kind, attempts: job.attempts, pause_seconds: pause, ...saidBy(error) },
        "a mail was not sent; it will be tried again",
      );
      await jobs.postpone(job.id, pause);
      return;
    }
    await jobs.delete(job.id);
  }
}

/** What a mail server said may name the address: only the codes are told (RFC 5321 section 4.2). */
function saidBy(error: unknown): { error_code?: string; smtp_status?: number; fault?: string } {
  if (!(error instanceof Error)) return {};
  const { code, responseCode } = error as Error & { code?: string; responseCode?: number };
  return {
    fault: responseCode === undefined && !error.message.includes("@") ? error.message : error.name,
    ...(code !== undefined && { error_code: code }),
    ...(responseCode !== undefined && { smtp_status: responseCode }),
  };
}
