import { describe, expect, it } from "vitest";
import { formatCheckpoint, parseCheckpoint } from "./checkpoint.js";

const root = Buffer.alloc(32, 7);
const hash = root.toString("base64");
const signedAt = new Date("2026-11-28T09:00:00.123Z");

describe("a checkpoint", () => {
  it("is origin, size, root and the time of its signing, a line each", () => {
    expect(formatCheckpoint({ origin: "example.org/audit", size: 42, root, signedAt })).toBe(
      `example.org/audit\n42\n${hash}\nsigned-at 2026-11-28T09:00:00.123Z\n`,
    );
  });

  it("is read as it was written", () => {
    const written = { origin: "example.org/audit", size: 2 ** 53 - 1, root, signedAt };
    expect(parseCheckpoint(formatCheckpoint(written))).toEqual({ ...written, extensions: [] });
  });

  it("of another log has other extensions, or none", () => {
    expect(parseCheckpoint(`log\n0\n${hash}\nhello\n`)).toEqual({
      origin: "log",
      size: 0,
      root,
      signedAt: undefined,
      extensions: ["hello"],
    });
  });

  it.each([
    ["a leading zero", `log\n042\n${hash}\n`],
    ["a negative size", `log\n-1\n${hash}\n`],
    ["a size beyond the safe integers", `log\n9007199254740993\n${hash}\n`],
    ["no size", `log\n\n${hash}\n`],
    ["a short root", "log\n42\nAAAA\n"],
    ["base64 that isn't canonical", `log\n42\n${hash.replace("c=", "d=")}\n`],
    ["no root", "log\n42\n"],
    ["no end", `log\n42\n${hash}`],
    ["an empty line", `log\n42\n${hash}\n\n`],
    ["a time that is none", `log\n42\n${hash}\nsigned-at yesterday\n`],
  ])("isn't read with %s", (_, text) => {
    expect(() => parseCheckpoint(text)).toThrow(expect.objectContaining({ code: "MALFORMED" }));
  });
});
