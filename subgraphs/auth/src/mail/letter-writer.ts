import { randomBytes } from "node:crypto";
import type { AccountRepository, AccountRow } from "../account/account.repository.js";
import { hashOfToken } from "../session/refresh-token.js";
import {
  isLinkKind,
  isNoticeKind,
  LINK_MINUTES,
  linkLetter,
  noticeLetter,
  type Letter,
  type LinkKind,
} from "./letter.js";
import type { MailJobRow } from "./mail-job.repository.js";
import type { MailTokenRepository } from "./mail-token.repository.js";

const TOKEN_BYTES = 32;

/** Turns a job into a letter, at the moment at which it is sent: who it goes to, and the token of its link. */
export class LetterWriter {
  constructor(
    private readonly accounts: AccountRepository,
    private readonly tokens: MailTokenRepository,
    private readonly appUrl: string,
  ) {}

  /** Undefined when there is nobody to write to, or nothing to say any more. */
  async write(job: MailJobRow): Promise<Letter | undefined> {
    if (isNoticeKind(job.kind)) {
      const to = job.email ?? (await this.#accountOf(job))?.email;
      return to === undefined ? undefined : noticeLetter(job.kind, to);
    }
    if (!isLinkKind(job.kind)) return undefined;
    const account = await this.#accountOf(job);
    if (account?.status !== "ACTIVE") return undefined;
    if (job.kind === "confirm-email-change") return this.#emailChange(account, job.email ?? account.email);
    if (job.kind === "verify-email" && account.email_verified) return undefined;
    // To the address of the account, never to the one that was typed: the two may only look alike.
    return this.#link(job.kind, account.user_id, account.email);
  }

  /** Whoever has the address already is told, and nobody else: who asked must not learn whose addresses are known. */
  async #emailChange({ user_id }: AccountRow, email: string): Promise<Letter> {
    const holder = await this.accounts.findByEmail(email);
    if (holder && holder.user_id !== user_id) return noticeLetter("email-in-use", holder.email);
    return this.#link("confirm-email-change", user_id, email);
  }

  async #link(kind: LinkKind, userId: string, email: string): Promise<Letter> {
    const token = randomBytes(TOKEN_BYTES).toString("base64url");
    await this.tokens.replace({ token_hash: hashOfToken(token), kind, user_id: userId, email }, LINK_MINUTES);
    return linkLetter(kind, email, token, this.appUrl);
  }

  async #accountOf({ user_id, email }: MailJobRow): Promise<AccountRow | undefined> {
    if (user_id !== null) return this.accounts.findById(user_id);
    return email === null ? undefined : this.accounts.findByEmail(email);
  }
}
