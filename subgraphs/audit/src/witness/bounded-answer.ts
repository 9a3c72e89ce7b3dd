/** Cosignatures of some witnesses, or a sentence of what is wrong. */
const MOST_BYTES = 65_536;

/** The body of somebody else's answer, as text. @throws Error when it is longer than anything they could have to say */
export async function readAnswer(answer: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  const body: AsyncIterable<Uint8Array> | null = answer.body;
  for await (const chunk of body ?? []) {
    length += chunk.length;
    if (length > MOST_BYTES) throw new Error(`The answer of ${answer.url} is longer than ${MOST_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}
