import { Readable } from "node:stream";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { linesOf } from "./lines-of.js";

async function read(chunks: Buffer[]): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of linesOf(Readable.from(chunks))) lines.push(line);
  return lines;
}

describe("the lines of a file", { timeout: 60_000 }, () => {
  it("are the same however it is cut into chunks", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.string({ unit: "binary", maxLength: 5 }), { maxLength: 8 }),
        fc.integer({ min: 1, max: 7 }),
        async (lines, width) => {
          const bytes = Buffer.from(lines.join("\n"));
          const chunks = Array.from({ length: Math.ceil(bytes.length / width) }, (_, at) =>
            bytes.subarray(at * width, at * width + width),
          );
          expect((await read(chunks)).join("\n")).toBe(lines.join("\n"));
        },
      ),
    );
  });

  it("are not made up of bytes that are no UTF-8", async () => {
    await expect(read([Buffer.from("one\ntwo\n"), Buffer.from([0xff])])).rejects.toThrow("Line 3 is not UTF-8");
    await expect(read([Buffer.from("é").subarray(0, 1)])).rejects.toThrow("Line 1 is not UTF-8");
  });

  it("have an end", async () => {
    const megabytes = Array.from({ length: 17 }, () => Buffer.alloc(2 ** 20, "x"));
    await expect(read([Buffer.from("one\n"), ...megabytes])).rejects.toThrow("Line 2 has no end");
  });
});
