import { createHash } from "node:crypto";

/** SHA-256, hexadecimal, of a source whose line ends, trailing blanks and byte order mark don't count. */
export function checksum(source: string): string {
  const normalised = source
    .replace(/^\uFEFF/, "")
    .replace(/\r\n/g, "\n")
    .replace(/[ \t]+$/gm, "")
    .trimEnd();
  return createHash("sha256").update(normalised).digest("hex");
}
