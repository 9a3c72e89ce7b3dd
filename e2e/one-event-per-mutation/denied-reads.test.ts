import { beforeAll, describe, expect, it } from "vitest";
import { administrator, Client, personWithRole, register, unique, type Person } from "../harness/client.js";
import { FIELDS } from "./entity.recipes.js";
import { eventsOf, expectTrace, recorded, type Recorded } from "./recorded.js";
import { fixedFields, leastQuery, schemaAsServed, type RootField } from "./schema.js";

const DEFINE = "mutation ($input: EntityTypeInput!) { defineEntityType(input: $input) { name } }";
const admin = await administrator();
const defined = `Denied${unique()}`;
const [one, many] = [`d${defined.slice(1)}`, `d${defined.slice(1)}s`];
await admin.data(DEFINE, { input: { name: defined, pluralName: many, fields: FIELDS } });

/** Root queries by what they take: nothing, to be signed in, or permissions. */
const asked = new Map(
  (await fixedFields("Query")).map(({ name, directives = [] }) => {
    const scopes = directives.find((directive) => directive.name.value === "requiresScopes");
    const isForSignedIn = directives.some((directive) => directive.name.value === "authenticated");
    const permissions = scopes ? (JSON.stringify(scopes.arguments).match(/[\w-]+:[\w-]+(:own)?/g) ?? []) : [];
    return [name.value, { permissions, isPublic: !scopes && !isForSignedIn }] as const;
  }),
);
for (const name of [one, many, `${one}ByName`]) asked.set(name, { permissions: [`${defined}:read`], isPublic: false });
const served = (await schemaAsServed(admin)).getQueryType()?.getFields() ?? {};
const queries = [...asked].map(([name, takes]) => ({ name, field: served[name] as RootField, ...takes }));
/** Those that take more than an ordinary person holds: not what everybody may do with their own. */
const guarded = queries.filter(
  ({ permissions }) => permissions.length > 0 && !permissions.some((permission) => permission.endsWith(":own")),
);

describe("a read that is denied leaves exactly one event", () => {
  let auditor: Person;
  let person: Person;
  beforeAll(async () => {
    [auditor, person] = await Promise.all([personWithRole("auditor", admin), register("Nell")]);
    expect(guarded.length).toBeGreaterThan(5);
  });

  it.each(queries.filter(({ isPublic }) => !isPublic))("to nobody: $name", async ({ name, field }) => {
    const { events } = await recorded(new Client(), auditor, leastQuery(field));
    expect(events).toMatchObject([
      { outcome: "DENIED", reason: "SIGN_IN_REQUIRED", path: name, actor: { type: "ANONYMOUS", id: null } },
    ]);
    await expectTrace(events[0] as Recorded);
  });

  it.each(guarded)("to who lacks the permission: $name", async ({ name, field }) => {
    const { events } = await recorded(person, auditor, leastQuery(field));
    expect(events).toMatchObject([
      { outcome: "DENIED", reason: "PERMISSION_MISSING", path: name, actor: { type: "USER", id: person.id } },
    ]);
    await expectTrace(events[0] as Recorded);
  });

  it("and one for each, when all are asked for at once under two names", async () => {
    const both = guarded.flatMap(({ field }, index) => {
      const call = leastQuery(field).slice(1, -1);
      return [`a${index}: ${call}`, `b${index}: ${call}`];
    });
    const { requestId } = await recorded(person, auditor, `{ ${both.join(" ")} }`);
    const refused = async () => (await eventsOf(requestId, auditor)).map(({ path }) => path.slice(1)).toSorted();
    await expect.poll(refused).toEqual(guarded.map((_, index) => String(index)).toSorted());
  });

  it("of the audit log, too, which lets people read what they did themselves", async () => {
    const { events } = await recorded(
      person,
      auditor,
      "{ auditEvents { totalCount } more: auditEvents { totalCount } }",
    );
    expect(events).toMatchObject([{ action: "audit.read", outcome: "DENIED", reason: "PERMISSION_MISSING" }]);
  });
});
