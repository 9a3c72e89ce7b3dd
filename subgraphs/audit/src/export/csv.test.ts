import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { csvHeader, csvRow, textOfCell } from "./csv.js";
import { bareEvent, fullEvent } from "./exported-event.fixture.js";

/** RFC 4180 section 2: the cells of one row; one without quotes is null. */
function cellsOf(row: string): (string | null)[] {
  expect(row.endsWith("\r\n")).toBe(true);
  const cells: (string | null)[] = [];
  let rest = `${row.slice(0, -2)},`;
  while (rest !== "") {
    const [whole = "", text] = /^(?:"((?:[^"]|"")*)")?,/.exec(rest) ?? [];
    if (whole === "") throw new Error(`no cell begins with ${rest}`);
    cells.push(text?.replaceAll('""', '"') ?? null);
    rest = rest.slice(whole.length);
  }
  return cells;
}
const header = cellsOf(csvHeader());
const cellOf = (text: string) => cellsOf(csvRow({ ...fullEvent, reason: text }))[header.indexOf("reason")] ?? "";

const parts = fc.constantFrom("'", '"', ";", ",", "\t", "\r", "\n", "=", "+", "-", "@", "＝", "a", " ");
const texts = fc.array(parts).map((all) => all.join(""));

/** Leniently: quotes count at the beginning of a cell alone, and what follows the closing one belongs to the cell. */
function asSpreadsheetsRead(text: string, separator: string): string[] {
  const cells: string[] = [];
  let rest = text;
  while (rest !== "") {
    const [, inQuotes] = /^"((?:[^"]|"")*)"/.exec(rest) ?? [];
    if (inQuotes !== undefined) rest = rest.slice(inQuotes.length + 2);
    const end = [...rest].findIndex((sign) => sign === separator || sign === "\r" || sign === "\n");
    const raw = end < 0 ? rest : rest.slice(0, end);
    cells.push((inQuotes?.replaceAll('""', '"') ?? "") + raw);
    rest = end < 0 ? "" : rest.slice(end + 1);
  }
  return cells;
}

describe("an export in CSV", () => {
  it("has a column for each field, as text or JSON, in rows that end with CRLF", () => {
    const row = cellsOf(csvRow(fullEvent));
    const {
      actor_commitment: _a,
      impersonator_commitment: _i,
      target_commitment: _t,
      personal: _p,
      ...told
    } = fullEvent;
    expect(Object.fromEntries(header.map((name, index) => [name, row[index]]))).toEqual({
      ...told,
      entity_version: "3",
      changes: JSON.stringify(fullEvent.changes),
      metadata: JSON.stringify(fullEvent.metadata),
      schema_version: "1",
      leaf_index: "41",
    });
  });

  it("tells null from an empty text", () => {
    const row = cellsOf(csvRow({ ...bareEvent, reason: "" }));
    expect(row[header.indexOf("reason")]).toBe("");
    expect(row[header.indexOf("ip")]).toBeNull();
  });

  it("keeps quotes, separators and line breaks of a text inside its cell", () => {
    const text = 'she said "no", then\r\nleft; twice';
    expect(cellOf(text)).toBe(text);
  });

  // OWASP, "CSV Injection"; in full width as Excel for Japanese reads them.
  it.each(["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"])(
    "disarms a cell that begins with %j",
    (sign) => {
      expect(cellOf(`${sign}cmd|' /C calc'!A0`)).toBe(`'${sign}cmd|' /C calc'!A0`);
      expect(cellOf(`"${sign}1`)).toBe(`"'${sign}1`);
    },
  );

  it.each([";", ";;", "\t", "\n", "\r\n", ';"', ';""'])(
    "disarms what begins a cell for a program that separates otherwise: after %j",
    (separator) => {
      expect(cellOf(`a${separator}=1+1`)).toBe(`a${separator}'=1+1`);
    },
  );

  it("leaves alone what begins no cell", () => {
    for (const text of ["a=1", "a-b", "1,-5", "ada@example.com", "it's", "'quoted'", '{"price":-5}', '["+49"]', ""]) {
      expect(cellOf(text)).toBe(text);
    }
  });

  it("gives back every text to who takes the guards out", () => {
    const parts = fc.constantFrom("'", '"', ";", ",", "\t", "\r", "\n", "=", "+", "-", "@", "＝", "a", " ");
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(parts).map((all) => all.join("")),
        ),
        (text) => {
          expect(textOfCell(cellOf(text))).toBe(text);
        },
      ),
    );
  });

  it.each([",", ";", "\t"])("begins no cell with a formula for a program that separates by %j", (separator) => {
    fc.assert(
      fc.property(texts, texts, (reason, label) => {
        const row = csvRow({
          ...fullEvent,
          reason,
          entity_label: label,
          changes: [{ field: label, before: 1, after: reason }],
        });
        expect(asSpreadsheetsRead(row, separator).filter((cell) => /^[\t\r\n]*[=+\-@＝＋－＠]/.test(cell))).toEqual([]);
      }),
    );
  });

  it("never begins a cell with a formula, nor with a guard that was somebody's own", () => {
    expect(cellOf("'=1")).toBe("''=1");
    expect(textOfCell(cellOf("'=1"))).toBe("'=1");
    expect(cellOf("'tis")).toBe("'tis");
  });
});
