import { isUtf8 } from "node:buffer";
import { UnreadableExport } from "./problem.js";

/** Far beyond the largest event: what is longer is no line of an export, and would fill the memory. */
const LONGEST_LINE = 16 * 2 ** 20;
const NEWLINE = 0x0a;

/**
 * The lines of a stream of bytes in UTF-8, one at a time.
 * @throws UnreadableExport on bytes that are not UTF-8 (which a lenient reader would take for others), on a line without end
 */
export async function* linesOf(chunks: AsyncIterable<Buffer>): AsyncGenerator<string> {
  let number = 1;
  let begun: Buffer[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    let from = 0;
    for (let to = chunk.indexOf(NEWLINE); to !== -1; to = chunk.indexOf(NEWLINE, from)) {
      yield textOf(Buffer.concat([...begun, chunk.subarray(from, to)]), number);
      [begun, length, from] = [[], 0, to + 1];
      number += 1;
    }
    begun.push(chunk.subarray(from));
    length += chunk.length - from;
    if (length > LONGEST_LINE) throw notNdjson(`Line ${number} has no end`);
  }
  yield textOf(Buffer.concat(begun), number);
}

function textOf(line: Buffer, number: number): string {
  if (!isUtf8(line)) throw notNdjson(`Line ${number} is not UTF-8`);
  return line.toString("utf8");
}

const notNdjson = (fault: string) => new UnreadableExport(`${fault}: this is not an export in ndjson.`);
