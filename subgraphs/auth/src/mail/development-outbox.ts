import type { Letter } from "./letter.js";
import type { MailTransport } from "./mail-transport.js";

const KEPT = 100;

export type SentLetter = Letter & { sentAt: string };

/** Where mails go in development without SMTP_URL: they are told of as they come, and the last 100 kept in memory. */
export class DevelopmentOutbox implements MailTransport {
  readonly #letters: SentLetter[] = [];

  constructor(private readonly tell: (letter: Letter) => void) {}

  deliver(letter: Letter): Promise<void> {
    this.#letters.unshift({ ...letter, sentAt: new Date().toISOString() });
    this.#letters.length = Math.min(this.#letters.length, KEPT);
    this.tell(letter);
    return Promise.resolve();
  }

  /** Newest first. */
  get letters(): readonly SentLetter[] {
    return this.#letters;
  }
}
