import { domainToASCII } from "node:url";

/** RFC 5321 section 4.5.3.1.3: a path holds 256 octets, two of which are its brackets. */
const EMAIL_MAXIMUM_BYTES = 254;
const LOCAL_MAXIMUM_BYTES = 64;

/** Letters and digits of any script, and the signs of an unquoted local part (RFC 5321 section 4.1.2, RFC 6531). */
const LOCAL = /^[\p{L}\p{M}\p{N}!#$%&'*+/=?^_`{|}~-]+(\.[\p{L}\p{M}\p{N}!#$%&'*+/=?^_`{|}~-]+)*$/u;
const LABEL = /^(?!-)[a-z0-9-]{1,63}(?<!-)$/;

/**
 * The one form in which an e-mail address is stored and looked up, or undefined when it is none that a person could be
 * mailed at: in small letters, the local part in NFC, the domain as DNS has it (UTS 46: `BÜCHER.example` is
 * `xn--bcher-kva.example`). Done here, because `lower()` of PostgreSQL depends on the database's locale: in a Turkish
 * one ADMIN@ is not admin@. Two mailboxes never get one form, but for those that differ in case alone.
 */
export function canonicalEmail(address: string): string | undefined {
  const at = address.lastIndexOf("@");
  // Lone surrogates are replaced when they are encoded: two addresses would become one.
  if (at < 1 || !address.isWellFormed()) return undefined;
  const local = address.slice(0, at).normalize("NFC").toLowerCase().normalize("NFC");
  const domain = domainToASCII(address.slice(at + 1));
  const labels = domain.split(".");
  const isGood =
    LOCAL.test(local) &&
    labels.length > 1 &&
    labels.every((label) => LABEL.test(label)) &&
    !/^\d+$/.test(labels.at(-1) ?? "");
  const canonical = `${local}@${domain}`;
  const isShort =
    Buffer.byteLength(local) <= LOCAL_MAXIMUM_BYTES && Buffer.byteLength(canonical) <= EMAIL_MAXIMUM_BYTES;
  return isGood && isShort ? canonical : undefined;
}
