import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { inEnvironment, orderMigrations, referenceOf } from "./migration-order.js";

const file = (reference: string, ...dependsOn: string[]) => {
  const [schema = "", number = ""] = reference.split("@");
  return { schema, number, name: `${number}-x`, dependsOn };
};
const order = (...files: ReturnType<typeof file>[]) => orderMigrations(files).map(referenceOf);

describe("the order of migrations", () => {
  it("is that of the numbers within a schema, and else as they are given", () => {
    expect(order(file("b@0001"), file("b@0002"), file("a@0001"))).toEqual(["b@0001", "b@0002", "a@0001"]);
  });

  it("puts each after what it depends on, and after what that comes after", () => {
    expect(order(file("a@0001"), file("a@0002", "b@0002"), file("b@0001"), file("b@0002"), file("b@0003"))).toEqual([
      "a@0001",
      "b@0001",
      "b@0002",
      "a@0002",
      "b@0003",
    ]);
  });

  it("draws the path of a circle over schemas and within them", () => {
    expect(() => order(file("a@0001", "b@0002"), file("b@0001", "a@0001"), file("b@0002"))).toThrow(
      "in a circle: a@0001 -> b@0002 -> b@0001 -> a@0001",
    );
    expect(() => order(file("a@0001", "a@0002"), file("a@0002"))).toThrow("a@0001 -> a@0002 -> a@0001");
    expect(() => order(file("a@0001", "a@0001"))).toThrow("a@0001 -> a@0001");
  });

  it("draws the path to what isn't there, each of them once", () => {
    const missing = () => order(file("a@0001", "b@0001"), file("b@0001", "b@0009", "nowhere@0001"), file("c@0001"));
    expect(missing).toThrow("There is no b@0009: a@0001 -> b@0001 -> b@0009.");
    expect(missing).toThrow("There is no nowhere@0001: a@0001 -> b@0001 -> nowhere@0001.");
  });

  it("holds for any files without a circle", () => {
    const anyFiles = fc
      .array(fc.record({ schema: fc.constantFrom("a", "b", "c"), seeds: fc.array(fc.nat(), { maxLength: 3 }) }))
      .map((drafts) => {
        const counts = new Map<string, number>();
        const references: string[] = [];
        return drafts.map(({ schema, seeds }) => {
          const count = (counts.get(schema) ?? 0) + 1;
          counts.set(schema, count);
          const earlier = [...references];
          const reference = `${schema}@${String(count).padStart(4, "0")}`;
          references.push(reference);
          return file(reference, ...seeds.flatMap((seed) => earlier[seed % Math.max(1, earlier.length)] ?? []));
        });
      });
    fc.assert(
      fc.property(anyFiles, fc.nat(), (files, turn) => {
        const given = [...files.slice(turn % (files.length + 1)), ...files.slice(0, turn % (files.length + 1))];
        const ordered = orderMigrations(given);
        expect(new Set(ordered)).toEqual(new Set(files));
        const at = new Map(ordered.map((one, index) => [referenceOf(one), index]));
        for (const [index, one] of ordered.entries()) {
          for (const needed of one.dependsOn) expect(at.get(needed)).toBeLessThan(index);
          const later = ordered.slice(index + 1).filter(({ schema }) => schema === one.schema);
          for (const { number } of later) expect(Number(number)).toBeGreaterThan(Number(one.number));
        }
      }),
    );
  });
});

describe("the migrations of an environment", () => {
  const sample = { ...file("a@0002"), environments: ["development"] };

  it("are those for all and those for it", () => {
    expect(inEnvironment([file("a@0001"), sample], "development")).toHaveLength(2);
    expect(inEnvironment([file("a@0001"), sample], "production")).toEqual([file("a@0001")]);
  });

  it("can't depend on one of another", () => {
    expect(() => inEnvironment([sample, file("b@0001", "a@0002")], "production")).toThrow(
      "b@0001 depends on a@0002, which is not for the environment production",
    );
  });
});
