import { readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { eventColumnNames } from "./audit-outbox.js";
import { checksum, sourceChecksum } from "./checksum.js";
import { histories } from "./histories.js";

describe.each(histories)("the history of $schema", ({ schema, migrations }) => {
  const names = Object.keys(migrations);

  it("lists every file of its folder, and no other", () => {
    const files = readdirSync(new URL(schema, import.meta.url)).filter((file) => /^\d/.test(file));
    expect(names).toEqual(files.map((file) => file.replace(/\.ts$/, "")).sort());
  });

  it("numbers its migrations without a gap or a double", () => {
    expect(names.map((name) => Number(name.slice(0, 4)))).toEqual(names.map((_, index) => index + 1));
  });

  it("has a checksum for each", async () => {
    for (const name of names) expect(await sourceChecksum(schema, name)).toMatch(/^[0-9a-f]{64}$/);
  });
});

describe("a checksum", () => {
  it("does not depend on line ends and trailing blanks", () => {
    expect(checksum("a  \r\nb\r\n")).toBe(checksum("a\nb"));
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
