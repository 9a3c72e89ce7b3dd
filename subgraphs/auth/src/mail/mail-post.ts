import type { Database } from "@supergraph/persistence";
import type { Logger } from "@supergraph/service";
import type { AccountRepository } from "../account/account.repository.js";
import { DevelopmentOutbox } from "./development-outbox.js";
import { LetterWriter } from "./letter-writer.js";
import { MailJobRepository } from "./mail-job.repository.js";
import { MailService } from "./mail.service.js";
import { MailTokenRepository } from "./mail-token.repository.js";
import { noTransport, smtpTransport } from "./mail-transport.js";
import { MailWorker } from "./mail-worker.js";
import { tellOnTerminal } from "./terminal.js";

export interface MailSettings {
  NODE_ENV: string;
  SMTP_URL?: string | undefined;
  MAIL_FROM: string;
  APP_URL: string;
}

/** All that mails take, put together. */
export interface MailPost {
  service: MailService;
  tokens: MailTokenRepository;
  worker: MailWorker;
  /** In development without SMTP_URL. */
  outbox: DevelopmentOutbox | undefined;
}

export function mailPost(
  settings: MailSettings,
  use: { database: Database; accounts: AccountRepository; log: Logger },
): MailPost {
  const { database, accounts, log } = use;
  const { NODE_ENV, SMTP_URL, MAIL_FROM, APP_URL } = settings;
  const jobs = new MailJobRepository(database);
  const tokens = new MailTokenRepository(database);
  const isLocal = SMTP_URL === undefined && NODE_ENV !== "production";
  const outbox = isLocal ? new DevelopmentOutbox(tellOnTerminal(log)) : undefined;
  const transport = SMTP_URL === undefined ? (outbox ?? noTransport) : smtpTransport(SMTP_URL, MAIL_FROM);
  const writer = new LetterWriter(accounts, tokens, APP_URL);
  const worker = new MailWorker({ database, jobs, tokens, writer, transport, log });
  if (transport === noTransport) log.error("SMTP_URL is not set: no mail can be sent, and nobody can reset a password");
  const wake = () => worker.wake();
  const service = new MailService({ database, jobs, tokens, wake, isSetUp: transport !== noTransport });
  return { service, tokens, worker, outbox };
}
