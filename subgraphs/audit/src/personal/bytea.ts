/** Bytes as PostgreSQL reads them from text, within JSON above all. */
export function asBytea(bytes: Buffer): string {
  return `\\x${bytes.toString("hex")}`;
}
