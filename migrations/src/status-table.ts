import { nameOf } from "./selection.js";
import type { MigrationState } from "./status.js";

const HEAD = ["STATE", "MIGRATION", "APPLIED", "BY", "TOOK"];

/** A table for people, and below it the hashes of what was edited. Times are UTC. */
export function statusTable(states: readonly MigrationState[]): string {
  const rows = states.map((state) => [
    state.state,
    nameOf(state),
    state.appliedAt?.toISOString().replace("T", " ").slice(0, 19) ?? "",
    state.who ?? "",
    state.durationMs === undefined ? "" : `${state.durationMs.toFixed(0)} ms`,
  ]);
  const lines = [HEAD, ...rows];
  const widths = HEAD.map((_, column) => Math.max(...lines.map((line) => (line[column] ?? "").length)));
  const table = lines.map((line) =>
    line
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
  const edited = states
    .filter(({ state }) => state === "edited")
    .map((state) => `${nameOf(state)}: applied ${state.appliedSha256 ?? ""}, here ${state.sha256 ?? ""}`);
  return [...table, ...(edited.length > 0 ? ["", "Edited, by sha256:", ...edited] : [])].join("\n");
}
