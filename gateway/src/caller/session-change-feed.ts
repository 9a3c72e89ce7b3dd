import { serviceIdentity, type Logger, type ServiceCaller } from "@supergraph/service";
import { z } from "zod";
import { PollLoop } from "../poll-loop.js";

/** Seconds that auth holds the answer back while nothing changes. */
const WAIT_SECONDS = 20;
const TIMEOUT_MS = (WAIT_SECONDS + 5) * 1_000;
/** How long what is remembered may be trusted without hearing whether it changed. */
const TRUSTED_MS = 30_000;

const feed = z.object({
  position: z.number().int().min(0),
  changes: z.array(
    z.object({ kind: z.enum(["session", "user", "everyone", "api_key", "keys"]), subjectId: z.string().nullable() }),
  ),
});

/** Whose sessions are no longer what they were. */
export type SessionChange = z.output<typeof feed>["changes"][number];

const EVERYONE: SessionChange = { kind: "everyone", subjectId: null };

export interface FeedOptions {
  call: ServiceCaller;
  log: Logger;
  onChange: (change: SessionChange) => void;
  /** Milliseconds that only ever grow. */
  now?: () => number;
}

/** Follows auth's numbered feed of session changes by long poll, without a gap. */
export class SessionChangeFeed {
  readonly #loop: PollLoop;
  readonly #now: () => number;
  #position: number | undefined;
  #heardAt = -Infinity;
  #isInReach = false;

  constructor(private readonly options: FeedOptions) {
    this.#now = options.now ?? (() => performance.now());
    this.#loop = new PollLoop("the feed of session changes", options.log, (signal) => this.#poll(signal));
  }

  /** Whether sessions that are remembered may be trusted: false from 30 s after the last word of auth. */
  get isAlive(): boolean {
    return this.#now() - this.#heardAt <= TRUSTED_MS;
  }

  start(): void {
    this.#loop.start();
  }

  stop(): Promise<void> {
    return this.#loop.stop();
  }

  async #poll(signal: AbortSignal): Promise<void> {
    const after = this.#position;
    // After a failure the first thing to know is that auth is back, not what changes next.
    const wait = this.#isInReach ? WAIT_SECONDS : 0;
    this.#isInReach = false;
    const { status, body } = await this.options.call("auth", serviceIdentity("gateway"), {
      method: "GET",
      path: `/internal/session-changes?wait=${wait}${after === undefined ? "" : `&after=${after}`}`,
      timeoutMs: TIMEOUT_MS,
      signal,
    });
    if (status !== 200) throw new Error(`auth answered ${status}`);
    const { position, changes } = feed.parse(JSON.parse(body));
    // The start, or a feed that began anew: whatever is remembered may be from before.
    if (after === undefined || position < after) this.options.onChange(EVERYONE);
    for (const change of changes) this.options.onChange(change);
    this.#position = position;
    this.#heardAt = this.#now();
    this.#isInReach = true;
  }
}
