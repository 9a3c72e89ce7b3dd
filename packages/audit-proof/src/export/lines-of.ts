import { UnreadableExport } from "./problem.js";

/** Far beyond the largest event: what is longer is no line of an export, and would fill the memory. */
const LONGEST_LINE = 16 * 2 ** 20;

/**
 * The lines of a stream of bytes in UTF-8, one at a time.
 * @throws UnreadableExport on bytes that are not UTF-8 (which a lenient reader would take for others), on a line without end
 */
export async function* linesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  let rest = "";
  let number = 1;
  const decode = (chunk?: Uint8Array) => {
    try {
      return decoder.decode(chunk, { stream: chunk !== undefined });
    } catch {
      throw new UnreadableExport(
        `The file is not UTF-8, in line ${number} or after it: this is not an export in ndjson.`,
      );
    }
  };
  for await (const chunk of chunks) {
    const [first = "", ...others] = decode(chunk).split("\n");
    const lines = [rest + first, ...others];
    rest = lines.pop() ?? "";
    if (rest.length > LONGEST_LINE)
      throw new UnreadableExport(`Line ${number + lines.length} has no end: this is not an export in ndjson.`);
    number += lines.length;
    yield* lines;
  }
  yield rest + decode();
}
