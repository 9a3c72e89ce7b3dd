import { createHash, randomBytes } from "node:crypto";

const HOW_MANY = 10;
/** Of 5 random bits each, 120 in all: from 112 on a plain hash protects them (OWASP ASVS 5, 6.5.2). */
const CHARACTERS = 24;
const GROUP = /.{6}(?=.)/g;
/** Crockford's base32: without I, L, O and U, which are read as something else. */
const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/** Ten codes for when the authenticator app is lost, in four groups of six characters. */
export function newRecoveryCodes(): string[] {
  return Array.from({ length: HOW_MANY }, () => randomCharacters().replace(GROUP, "$&-"));
}

/** What is stored of a code: SHA-256 of what is meant, whatever case, spaces and look-alikes it is typed with. */
export function hashOfRecoveryCode(text: string): Buffer {
  const meant = text.toUpperCase().replaceAll(/[\s-]/g, "").replaceAll(/[IL]/g, "1").replaceAll("O", "0");
  return createHash("sha256").update(meant).digest();
}

function randomCharacters(): string {
  return Array.from(randomBytes(CHARACTERS), (byte) => ALPHABET[byte % ALPHABET.length]).join("");
}
