import type { JsonObject } from "./json.js";

const STRINGS_AND_NUMBERS = /"(?:[^"\\]|\\.)*"\s*(?<colon>:?)|(?<number>-?\d[\d.eE+-]*)/g;
const NUMBER = /^(?<sign>-?)(?<whole>\d+)(?:\.(?<fraction>\d+))?(?:[eE](?<exponent>[+-]?\d+))?$/;

/**
 * What a line says to one reader and not to another, in words: a member that stands twice (RFC 8259 4), a number with
 * digits that a double doesn't hold (RFC 8785 3.2.2.3). Neither would be seen by a hash of what JavaScript reads.
 */
export function ambiguityOf(line: string, parsed: JsonObject): string | undefined {
  if (JSON.stringify(parsed) === line) return undefined;
  let members = 0;
  for (const { groups } of line.matchAll(STRINGS_AND_NUMBERS)) {
    if (groups?.colon) members += 1;
    const number = groups?.number;
    if (number !== undefined && decimal(number) !== decimal(JSON.stringify(Number(number))))
      return `${number} was changed: read as a double it is ${Number(number)}`;
  }
  return members === membersOf(parsed) ? undefined : "a member stands twice: one of them was put in";
}

/** A JSON number in one form for each value, however large. */
function decimal(number: string): string {
  const { sign = "", whole = "", fraction = "", exponent = "0" } = NUMBER.exec(number)?.groups ?? {};
  const digits = (whole + fraction).replace(/^0+/, "");
  const significant = digits.replace(/0+$/, "");
  const scale = Number(exponent) - fraction.length + digits.length - significant.length;
  return significant === "" ? "0" : `${sign}${significant}e${scale}`;
}

function membersOf(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  const inside = Object.values(value).reduce<number>((count, member) => count + membersOf(member), 0);
  return Array.isArray(value) ? inside : Object.keys(value).length + inside;
}
