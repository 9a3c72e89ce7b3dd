import { createHmac, timingSafeEqual } from "node:crypto";
import { SystemError } from "@supergraph/errors";

const MAC_BYTES = 16;

/** The values of a row's sort keys, as PostgreSQL writes them as text. */
export type CursorValues = readonly (string | null)[];

/** Writes and reads opaque cursors; one that was altered, or made for another list or order, is refused. */
export class CursorCodec {
  constructor(private readonly secret: Uint8Array) {}

  encode(list: string, values: CursorValues): string {
    const body = Buffer.from(JSON.stringify(values));
    return Buffer.concat([this.#mac(list, body), body]).toString("base64url");
  }

  /** @throws SystemError INVALID_CURSOR */
  decode(list: string, cursor: string): CursorValues {
    const bytes = Buffer.from(cursor, "base64url");
    const mac = bytes.subarray(0, MAC_BYTES);
    const body = bytes.subarray(MAC_BYTES);
    if (mac.length !== MAC_BYTES || !timingSafeEqual(mac, this.#mac(list, body)))
      throw new SystemError("INVALID_CURSOR");
    return JSON.parse(body.toString()) as CursorValues;
  }

  #mac(list: string, body: Buffer): Buffer {
    return createHmac("sha256", this.secret).update(`cursor\0${list}\0`).update(body).digest().subarray(0, MAC_BYTES);
  }
}
