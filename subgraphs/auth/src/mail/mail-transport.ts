import { createTransport } from "nodemailer";
import type { Letter } from "./letter.js";

/** Takes a letter to its mailbox. Throws when it was not taken: it will be tried again. */
export interface MailTransport {
  deliver(letter: Letter): Promise<void>;
}

const CONNECT_MS = 10_000;
const SILENCE_MS = 30_000;
const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/**
 * Mails by SMTP (RFC 5321). `smtps:` is TLS from the first byte; with `smtp:` the server must offer STARTTLS, since
 * links are as good as passwords, unless it is this machine or the URL says `?ignoreTLS=true`.
 */
export function smtpTransport(url: string, from: string): MailTransport {
  const { protocol, hostname, searchParams } = new URL(url);
  const isPlain = searchParams.get("ignoreTLS") === "true" || LOOPBACK.test(hostname);
  const transport = createTransport({
    url,
    requireTLS: protocol === "smtp:" && !isPlain,
    connectionTimeout: CONNECT_MS,
    greetingTimeout: CONNECT_MS,
    socketTimeout: SILENCE_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return {
    deliver: async ({ to, subject, text }) => {
      await transport.sendMail({
        from,
        // As an object: text would be read as a list of addresses.
        to: { name: "", address: to },
        subject,
        text,
        // RFC 3834 section 5: nobody's absence note answers it.
        headers: { "Auto-Submitted": "auto-generated" },
      });
    },
  };
}

/** In production without SMTP_URL: nothing goes out, and each try says so in the log. */
export const noTransport: MailTransport = {
  deliver: () => Promise.reject(new Error("SMTP_URL is not set: mails can't be sent")),
};
