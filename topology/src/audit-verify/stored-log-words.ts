import type { StoredLogVerdict } from "@supergraph/audit";

const counted = (count: number, noun: string) => `${count} ${noun}${count === 1 ? "" : "s"}`;

/** What was found, in words, a line or more, for a terminal. */
export function describeStoredLog(verdict: StoredLogVerdict): string {
  const { from, to, root, problems, verifierKey, valuesUnchecked } = verdict;
  const what = `${counted(to - from, "event")} of the database's log, leaves [${from}, ${to})`;
  const lines = problems.list.map(({ kind, message }) => `  ${kind}: ${message}`);
  const more = problems.count - problems.list.length;
  if (more > 0) lines.push(`  and ${more} more`);
  return [
    problems.count === 0
      ? `PROVEN: ${what}, as it was signed by ${verifierKey}; its root is ${root.toString("hex")}.`
      : `TAMPERED: ${counted(problems.count, "problem")} in ${what}, checked with the key ${verifierKey}.`,
    ...lines,
    ...(valuesUnchecked === undefined ? [] : [`People's values were not checked: ${valuesUnchecked}.`]),
    witnessWords(verdict),
  ].join("\n");
}

function witnessWords({ compared, problems }: StoredLogVerdict): string {
  if (compared > 0) {
    const isIn = problems.list.every(({ kind }) => kind !== "TRUNCATED" && kind !== "FORKED");
    return `It was compared with ${counted(compared, "checkpoint")} that a witness kept${isIn ? ": it is the same log" : ""}.`;
  }
  return (
    "A tail that was cut together with its checkpoints, and another history that the log's own key signed, " +
    "only a checkpoint that was kept elsewhere tells: give it by --checkpoint."
  );
}
