import { readFile } from "node:fs/promises";
import { parser } from "@grafana/lezer-logql";
import { newId } from "@supergraph/persistence";
import { disposableDatabase, type DisposableDatabase } from "@supergraph/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { auditPartsOver } from "../fixtures/audit-parts.fixture.js";
import { ada, anEvent, bob, outboxesOf } from "../fixtures/audit-log.fixture.js";

// The recipes of docs/guides/auditing.md do what the guide says.
const guide = await readFile(new URL("../../../../docs/guides/auditing.md", import.meta.url), "utf8");
const recipesIn = (language: string) =>
  [...guide.matchAll(new RegExp(`^([^\\n]+):\n\n\`\`\`${language}\n(.*?)^\`\`\`$`, "gms"))].map(
    ([, name = "", text = ""]) => [name, text] as const,
  );

const lamp = newId();
const today = new Date().toISOString().slice(0, 10);
const values: Record<string, string> = { user_id: ada, entity_id: lamp, field: "price", day: today, request_id: "r-1" };
/** What holds of a log in order: the recipe finds nothing. */
const findsNothing = ["Whether the numbers are dense (no row: they are)"];

let database: DisposableDatabase;
let outboxes: ReturnType<typeof outboxesOf>;

beforeAll(async () => {
  database = await disposableDatabase();
  outboxes = outboxesOf((service) => database.url(service));
  const { sealer } = await auditPartsOver(outboxes.database("audit"));
  await outboxes.write("dynamic", [
    anEvent({ entity_id: lamp, request_id: "r-1" }),
    anEvent({ entity_id: lamp, outcome: "denied", reason: "PERMISSION_MISSING", changes: [] }),
    anEvent({ user_id: bob, impersonator_id: ada }),
    anEvent({ action: "role.assign", entity_type: "User", entity_id: bob, metadata: { roleId: newId() } }),
  ]);
  await sealer.sealAll();
  await outboxes.write("dynamic", [anEvent({ entity_id: lamp })]);
});

afterAll(async () => {
  await outboxes.close();
  await database.drop();
});

describe("the SQL of the guide", () => {
  it.each(recipesIn("sql"))("%s", async (name, text) => {
    const statement = text.replaceAll(/:'(\w+)'/g, (_, variable: string) => `'${values[variable] ?? ""}'`);
    const { rows } = await outboxes
      .database("audit")
      .run((query) => query.raw<{ rows: Record<string, unknown>[] }>(statement));
    expect(rows.length > 0).toBe(!findsNothing.includes(name));
  });

  it("is there", () => {
    expect(recipesIn("sql").length).toBeGreaterThan(10);
  });
});

describe("the LogQL of the guide", () => {
  const columns = new Set([...Object.keys(anEvent()), "kind"]);

  it.each(recipesIn("logql"))("%s", (_, text) => {
    const faults: string[] = [];
    parser.parse(text.trim()).iterate({
      enter: ({ type, from, to }) => {
        if (type.isError) faults.push(text.slice(from - 10, to + 10));
      },
    });
    expect(faults).toEqual([]);
    const filtered = [...text.matchAll(/\| (\w+)="/g)].map(([, name = ""]) => name);
    expect(filtered.filter((name) => !columns.has(name))).toEqual([]);
  });

  it("is there", () => {
    expect(recipesIn("logql").length).toBeGreaterThan(5);
  });
});
