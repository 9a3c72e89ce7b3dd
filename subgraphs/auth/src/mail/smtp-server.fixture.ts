import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { SMTPServer } from "smtp-server";

export interface ReceivedMail {
  from: string;
  to: string[];
  /** Headers and body as they came. */
  raw: string;
  /** The body, with quoted-printable undone. */
  text: string;
}

/** A mail server on this machine, which keeps what it is given, and refuses for as long as it is told to. */
export async function startSmtpServer() {
  const mails: ReceivedMail[] = [];
  const state = { refusal: undefined as string | undefined };
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ["STARTTLS"],
    logger: false,
    onRcptTo: ({ address }, _session, callback) => {
      if (state.refusal === undefined) callback();
      else callback(Object.assign(new Error(`${state.refusal} ${address}`), { responseCode: 451 }));
    },
    onData: (stream, { envelope }, callback) => {
      text(stream).then((raw) => {
        mails.push({
          from: envelope.mailFrom ? envelope.mailFrom.address : "",
          to: envelope.rcptTo.map(({ address }) => address),
          raw,
          text: decoded(raw),
        });
        callback();
      }, callback);
    },
  });
  server.listen(0, "127.0.0.1");
  await once(server.server, "listening");
  const { port } = server.server.address() as AddressInfo;
  return {
    url: `smtp://127.0.0.1:${port}`,
    mails,
    /** From now on says "try again later" in these words; undefined: takes mails again. */
    refuse: (words: string | undefined) => {
      state.refusal = words;
    },
    close: () => new Promise<void>((resolve) => server.close(resolve)),
  };
}

/** RFC 2045 section 6.7. */
function decoded(raw: string): string {
  const body = raw.slice(raw.indexOf("\r\n\r\n") + 4);
  if (!/content-transfer-encoding: quoted-printable/i.test(raw)) return body;
  return body
    .replace(/=\r\n/g, "")
    .replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
}
