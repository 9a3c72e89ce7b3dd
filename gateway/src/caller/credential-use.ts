import { context } from "@opentelemetry/api";
import type { Claims } from "@supergraph/identity";
import { repeatUntilStopped, type Logger } from "@supergraph/service";
import { untraced } from "../poll-loop.js";

const REPORT_EVERY_MS = 10_000;
/** Ids of each kind that are kept while auth is away; a report of as many is well below a body's limit. */
const MAXIMUM_KEPT = 10_000;

/** Ids of the sessions and API keys that requests came with. */
export interface UsedCredentials {
  sessions: string[];
  apiKeys: string[];
}

/** Tells auth which sessions and keys were used: once every 10 s at most, however many requests came with them. */
export class CredentialUse {
  readonly #stopping = new AbortController();
  #sessions = new Set<string>();
  #apiKeys = new Set<string>();
  #running: Promise<void> | undefined;

  constructor(
    private readonly report: (used: UsedCredentials) => Promise<void>,
    private readonly log: Logger,
    private readonly everyMs = REPORT_EVERY_MS,
  ) {}

  note({ sid, keyId }: Claims): void {
    if (sid !== undefined) add(this.#sessions, sid);
    if (keyId !== undefined) add(this.#apiKeys, keyId);
  }

  start(): void {
    this.#running ??= context.with(untraced(), () =>
      repeatUntilStopped(() => this.#flush(), this.everyMs, this.#stopping.signal, this.log),
    );
  }

  /** Reports what is left. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
    await context
      .with(untraced(), () => this.#flush())
      .catch((error: unknown) => {
        this.log.warn({ err: error }, "the last use of some sessions and API keys is not known");
      });
  }

  async #flush(): Promise<void> {
    const [sessions, apiKeys] = [[...this.#sessions], [...this.#apiKeys]];
    if (sessions.length + apiKeys.length === 0) return;
    // What is used from here on is for the next report.
    this.#sessions = new Set();
    this.#apiKeys = new Set();
    try {
      await this.report({ sessions, apiKeys });
    } catch (error) {
      for (const id of sessions) add(this.#sessions, id);
      for (const id of apiKeys) add(this.#apiKeys, id);
      throw error;
    }
  }
}

function add(ids: Set<string>, id: string): void {
  if (ids.size < MAXIMUM_KEPT) ids.add(id);
}
