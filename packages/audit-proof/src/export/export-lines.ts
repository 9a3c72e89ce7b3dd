import { parseObject, type JsonObject } from "./json.js";

/** An export's lines, read from the start each time: a file opened anew. */
export type OpenLines = () => AsyncIterable<string>;

export interface Ends {
  first: string;
  last: string;
  /** Lines that hold something. */
  count: number;
  /** Where the line with the checkpoint stands, counted from 1; 0: nowhere. */
  closingAt: number;
  closing: string;
}

export interface NumberedLine {
  /** Counted from 1, empty ones left out. */
  number: number;
  text: string;
  object: JsonObject | undefined;
}

const isClosing = (line: string) => {
  if (!line.includes('"checkpoint"')) return false;
  const object = parseObject(line);
  return object !== undefined && "checkpoint" in object && !("leaf_index" in object);
};

/** Reads through all lines for what stands at the end: only that says what the others are proven against. */
export async function endsOf(lines: AsyncIterable<string>): Promise<Ends> {
  const ends: Ends = { first: "", last: "", count: 0, closingAt: 0, closing: "" };
  for await (const line of withoutEmpty(lines)) {
    ends.count += 1;
    if (ends.count === 1) ends.first = line;
    ends.last = line;
    if (isClosing(line)) [ends.closing, ends.closingAt] = [line, ends.count];
  }
  return ends;
}

/** The lines, each with the one after it. */
export async function* pairsOf(lines: AsyncIterable<string>): AsyncGenerator<[NumberedLine, NumberedLine | undefined]> {
  let before: NumberedLine | undefined;
  for await (const text of withoutEmpty(lines)) {
    const line = { number: (before?.number ?? 0) + 1, text, object: parseObject(text) };
    if (before) yield [before, line];
    before = line;
  }
  if (before) yield [before, undefined];
}

async function* withoutEmpty(lines: AsyncIterable<string>): AsyncGenerator<string> {
  for await (const line of lines) if (line.trim() !== "") yield line;
}
