/** Decodes canonical base64 (RFC 4648 4, padded); undefined for all else that Node would let pass. */
export function fromBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, "base64");
  return bytes.toString("base64") === text ? bytes : undefined;
}
