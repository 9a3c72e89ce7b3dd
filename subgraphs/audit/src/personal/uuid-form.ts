/** The first 128 bits in the form of a UUID, which PostgreSQL stores in 16 bytes. */
export function inUuidForm(bytes: Buffer): string {
  const hex = bytes.toString("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join("-");
}
