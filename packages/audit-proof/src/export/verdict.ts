import type { Checkpoint } from "../note/checkpoint.js";
import type { ExportProblem } from "./problem.js";

export interface ExportVerdict {
  status: "proven" | "tampered" | "unreadable";
  /** When unreadable: why, and what to do instead. */
  reason: string | undefined;
  /** The first hundred. */
  problems: readonly ExportProblem[];
  problemCount: number;
  events: number;
  /** Events of which personal values are gone, or were left out. */
  erased: number;
  /** When the file holds every leaf of [from, to). */
  range: { from: number; to: number } | undefined;
  /** What the events are proven against. */
  checkpoint: Checkpoint | undefined;
  key: { text: string; isGiven: boolean } | undefined;
  /** The sizes, ascending, at which the log was compared with notes given; undefined when none were. */
  compared: readonly number[] | undefined;
}

const EXIT_CODES = { proven: 0, tampered: 1, unreadable: 2 } as const;

export const exitCodeOf = ({ status }: ExportVerdict): 0 | 1 | 2 => EXIT_CODES[status];

const counted = (count: number, noun: string) => `${count} ${noun}${count === 1 ? "" : "s"}`;

/** A verdict in words, a line or more, for a terminal. */
export function describeVerdict(verdict: ExportVerdict): string {
  const words = { proven, tampered, unreadable }[verdict.status](verdict);
  return words.filter((line) => line !== "").join("\n");
}

const unreadable = (verdict: ExportVerdict): string[] => [`UNREADABLE: ${verdict.reason}`, ...problemLines(verdict)];

const tampered = (verdict: ExportVerdict): string[] => [
  `TAMPERED: ${counted(verdict.problemCount, "problem")} in ${counted(verdict.events, "event")}.`,
  ...problemLines(verdict),
  keyWords(verdict),
];

function proven(verdict: ExportVerdict): string[] {
  const { events, erased, range, checkpoint, compared } = verdict;
  const time = checkpoint?.signedAt ? ` at ${checkpoint.signedAt.toISOString()}` : "";
  return [
    `PROVEN: ${counted(events, "event")} of the log ${checkpoint?.origin}, as it was signed${time} with ${checkpoint?.size} leaves.`,
    range
      ? wholeWords(range, checkpoint?.size ?? 0)
      : "The filter itself is not proven: that no other event matches it can't be told from the file.",
    erased > 0 ? `Of ${counted(erased, "event")}, personal values are erased or left out; what remains is proven.` : "",
    compared ? `It is the log of the checkpoint given, as it was with ${compared.at(-1)} leaves.` : "",
    keyWords(verdict),
  ];
}

function wholeWords({ from, to }: { from: number; to: number }, size: number): string {
  const later = to < size ? ` The log's leaves ${to} to ${size - 1} are not in it.` : "";
  return from === to ? `It holds no leaf.${later}` : `It holds every leaf from ${from} to ${to - 1}.${later}`;
}

function problemLines({ problems, problemCount }: ExportVerdict): string[] {
  const lines = problems.map(({ kind, leafIndex, message }) =>
    leafIndex === null ? `  ${kind}: ${message}` : `  leaf ${leafIndex}, ${kind}: ${message}`,
  );
  const more = problemCount - problems.length;
  return more > 0 ? [...lines, `  and ${more} more`] : lines;
}

function keyWords({ key }: ExportVerdict): string {
  if (!key || key.isGiven) return "";
  return (
    "No key was given: the signature was checked with the file's own, which whoever forges a file can put there. " +
    `Compare it with the operator's, or give that by --key: ${key.text}`
  );
}
