import { afterEach, describe, expect, it } from "vitest";
import { eventColumnNames } from "./audit-outbox.js";
import { checksum } from "./checksum.js";
import { folderOf, type Folder } from "./fixtures/migration-folder.js";
import { MigrationFilesError, readMigrations } from "./migration-files.js";
import { orderMigrations, referenceOf } from "./migration-order.js";
import { services } from "./services.js";

const good = "export default { up: async () => {}, down: async () => {} };\n";
const folders: Folder[] = [];

afterEach(async () => {
  for (const folder of folders.splice(0)) await folder.remove();
});

async function read(files: Record<string, string>) {
  const folder = await folderOf(files);
  folders.push(folder);
  return readMigrations(folder.directory);
}

async function faults(files: Record<string, string>): Promise<readonly string[]> {
  const error: unknown = await read(files).then(
    () => undefined,
    (error: unknown) => error,
  );
  return error instanceof MigrationFilesError ? error.faults : [`No fault: ${String(error)}`];
}

describe("a folder of migrations", () => {
  it("is read by schema and number, each with the checksum of its source", async () => {
    const files = await read({
      "b/0002-second-one.ts": good,
      "b/0001-first.ts": good,
      "a/0001-one.ts": good,
      "src/x.ts": "x",
    });
    expect(files.map(({ schema, name, number }) => [schema, name, number])).toEqual([
      ["a", "0001-one", "0001"],
      ["b", "0001-first", "0001"],
      ["b", "0002-second-one", "0002"],
    ]);
    expect(files[0]?.sha256).toBe(checksum(good));
  });

  it("names a syntax error with its file and line", async () => {
    const [fault] = await faults({ "a/0001-one.ts": "export default {\n  up: async () => { const x = ; },\n};\n" });
    expect(fault).toMatch(/^a\/0001-one\.ts: it can't be loaded: .*/);
  });

  it("names what a file throws that can't be loaded", async () => {
    expect(await faults({ "a/0001-one.ts": "throw new Error('not today');\n" })).toEqual([
      "a/0001-one.ts: it can't be loaded: Error: not today",
    ]);
  });

  it.each([
    ["export const up = 1;\n", "it has no default export with `up` and `down`."],
    ["export default { down: async () => {} };\n", "its `up` is missing."],
    [
      "export default { up: async () => {} };\n",
      "its `down` is missing: what can't be undone says so by one that throws.",
    ],
    [good.replace("up:", 'dependsOn: "b@0001", up:'), '`dependsOn` is a list of migrations as "schema@nnnn".'],
    [good.replace("up:", 'dependsOn: ["b@1"], up:'), '`dependsOn` is a list of migrations as "schema@nnnn".'],
    [good.replace("up:", "transaction: 'no', up:"), "`transaction` is true or false."],
    [
      good.replace("up:", 'allows: { "ban-drop-table": " " }, up:'),
      "`allows` gives a reason for each rule that it names.",
    ],
    [good.replace("up:", "environments: [1], up:"), "`environments` is a list of names."],
  ])("refuses %j", async (source, fault) => {
    expect(await faults({ "a/0001-one.ts": source })).toEqual([`a/0001-one.ts: ${fault}`]);
  });

  it("refuses two files of one number, odd names, and tells of all at once", async () => {
    const told = await faults({
      "a/0001-one.ts": good,
      "a/0001-other.ts": good,
      "a/2-short.ts": good,
      "a/helpers.ts": good,
      "Odd/0001-one.ts": good,
      "b/0001-one.ts": "export default 1;\n",
    });
    expect(told).toEqual([
      "Odd/: a schema's name is of small letters, digits and _.",
      "a/2-short.ts: a migration is named <nnnn>-<name>.ts, of small letters, digits and -.",
      "a/helpers.ts: a migration is named <nnnn>-<name>.ts, of small letters, digits and -.",
      "a/: 0001-one.ts and 0001-other.ts have one number, 0001.",
      "b/0001-one.ts: it has no default export with `up` and `down`.",
    ]);
  });
});

describe("the project's own migrations", async () => {
  const files = await readMigrations();

  it("are of every service, numbered without a gap", () => {
    const schemas = Map.groupBy(files, ({ schema }) => schema);
    expect([...schemas.keys()].sort()).toEqual([...services].sort());
    for (const own of schemas.values())
      expect(own.map(({ number }) => Number(number))).toEqual(own.map((_, index) => index + 1));
  });

  it("can be ordered: the log's view stands after all outboxes", () => {
    const order = orderMigrations(files).map(referenceOf);
    const outboxes = services.map((schema) => order.indexOf(`${schema}@0001`));
    expect(Math.max(...outboxes)).toBeLessThan(order.indexOf("audit@0003"));
  });
});

describe("a checksum", () => {
  it("does not depend on line ends, trailing blanks and a byte order mark", () => {
    expect(checksum("\uFEFFa  \r\nb\r\n")).toBe(checksum("a\nb"));
  });

  it("depends on all else", () => {
    expect(checksum("a\n b")).not.toBe(checksum("a\nb"));
  });
});

it("an event has the 25 columns that docs/architecture.md names, in its order", () => {
  expect(eventColumnNames.join(" ")).toBe(
    "id occurred_at service action outcome reason user_id actor_type actor_label impersonator_id entity_id " +
      "entity_type entity_label entity_version changes metadata request_id trace_id span_id session_id ip " +
      "user_agent operation_name path schema_version",
  );
});
