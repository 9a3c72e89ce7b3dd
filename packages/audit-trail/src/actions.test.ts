import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { AUDIT_ACTIONS } from "./actions.js";

const root = path.resolve(import.meta.dirname, "../../..");
const DECLARED = /\baction: "([\w-]+\.[\w-]+)"/g;

function declaredActions(): string[] {
  const files = globSync("{subgraphs,packages,gateway,topology}/**/src/**/*.ts", { cwd: root });
  const sources = files.filter((file) => !/node_modules|\.(test|fixture)\.ts$/.test(file));
  return sources.flatMap((file) =>
    [...readFileSync(path.join(root, file), "utf8").matchAll(DECLARED)].map((match) => match[1] ?? ""),
  );
}

describe("the catalogue of actions", () => {
  it("holds every action that a service declares", () => {
    const declared = declaredActions();
    expect(declared.length).toBeGreaterThan(30);
    expect(declared.filter((action) => !AUDIT_ACTIONS.some((known) => known === action))).toEqual([]);
  });

  it("is in the order of the alphabet, each once", () => {
    expect([...AUDIT_ACTIONS]).toEqual([...new Set<string>(AUDIT_ACTIONS)].sort());
  });
});
