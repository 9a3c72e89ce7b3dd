import { unique } from "../harness/client.js";
import { invalid, notPermitted, type Answer, type Cast, type Prepared, type Recipes, type Shown } from "./recipe.js";

/** A field of every kind, and one that is sensitive. */
export const FIELDS = [
  { name: "name", kind: "STRING", required: true, unique: true, maxLength: 40 },
  { name: "text", kind: "TEXT" },
  { name: "count", kind: "INT", minimum: "0" },
  { name: "big", kind: "BIGINT" },
  { name: "ratio", kind: "FLOAT" },
  { name: "price", kind: "DECIMAL" },
  { name: "isOpen", kind: "BOOLEAN" },
  { name: "day", kind: "DATE" },
  { name: "moment", kind: "DATETIME" },
  { name: "code", kind: "UUID" },
  { name: "extra", kind: "JSON" },
  { name: "color", kind: "ENUM", enumValues: ["RED", "GREEN"] },
  { name: "holder", kind: "REFERENCE", target: "User" },
  { name: "tags", kind: "STRING", list: true },
  { name: "bigs", kind: "BIGINT", list: true },
  { name: "secret", kind: "STRING", sensitive: true },
];

const SHOWN = FIELDS.filter(({ name }) => name !== "secret" && name !== "holder").map(({ name }) => name);

const valuesFor = (holder: string) => ({
  name: `the first ${unique()}`,
  text: "of many words",
  count: 3,
  big: "9007199254740993",
  ratio: 1.5,
  price: "19.90",
  isOpen: true,
  day: "2026-11-23",
  moment: "2026-11-23T20:00:00.123Z",
  code: "01900000-0000-7000-8000-000000000001",
  extra: { nested: [1, "two", null] },
  color: "GREEN",
  holder,
  tags: ["a", "b"],
  bigs: [1, "9007199254740993"],
  secret: "nobody's business",
});

const OTHERS = {
  count: 4,
  big: 7,
  price: "20.00",
  day: "2026-12-24",
  moment: null,
  extra: [1],
  tags: [],
  isOpen: false,
};

async function made(cast: Cast): Promise<{ id: string; name: string }> {
  const { admin, defined } = cast;
  const mutation = `mutation ($input: ${defined}Input!) { made: create${defined}(input: $input) { id name } }`;
  return (await admin.data<{ made: { id: string; name: string } }>(mutation, { input: valuesFor(admin.id) })).made;
}

/** As somebody reads it; what is deleted is not found, and shows nothing but that. */
async function shown({ admin, defined }: Cast, id: unknown): Promise<Shown | null> {
  if (id === undefined) return null;
  const query = `query ($id: ID!) { found: entity(id: $id) { deletedAt ... on ${defined} { ${SHOWN.join(" ")} holder { id } } } }`;
  const { found } = await admin.data<{ found: (Shown & { holder: { id: string } | null }) | null }>(query, { id });
  return found && { ...found, holder: found.holder?.id ?? null };
}

async function ofOne(cast: Cast, entity: { id: string; name: string }, more: Partial<Prepared>): Promise<Prepared> {
  const { id, name } = entity;
  return Promise.resolve({
    by: cast.admin,
    variables: { id, expectedVersion: 1 },
    denied: notPermitted(cast),
    bad: [{ variables: { id: "none" }, reason: "ENTITY_NOT_FOUND" }],
    target: () => ({ type: cast.defined, id, label: name, version: 2 }),
    shows: () => shown(cast, id),
    ...more,
  });
}

/** What the answer says of when it was deleted, and nothing before. */
const deletion = (before: Shown) => (answer: Answer | undefined) =>
  Promise.resolve(answer ? { deletedAt: answer.deletedAt } : before);

export const entityRecipes: Recipes = {
  defineEntityType: async (cast) => {
    const name = `Walked${unique()}`;
    const field = { name: "label", kind: "STRING" };
    const input = { name, pluralName: `${name.toLowerCase()}s`, description: "of a test", fields: [field] };
    const query = `{ entityType(name: "${name}") { pluralName description uniqueTogether fields { name kind description
      required unique indexed list sensitive defaultValue enumValues target onDelete minimum maximum maxLength pattern } } }`;
    return Promise.resolve({
      by: cast.admin,
      variables: { input },
      denied: notPermitted(cast),
      bad: [
        { variables: { input: { ...input, fields: [] } }, reason: "DEFINITION_INVALID" },
        invalid({ input: { ...input, fields: [{ ...field, kind: "INT", minimum: "few" }] } }),
      ],
      target: () => ({ type: "EntityType", id: name, label: name, version: 1 }),
      shows: async () => (await cast.admin.data<{ entityType: Shown | null }>(query)).entityType,
    });
  },
  createEntity: async (cast) => {
    const input = valuesFor(cast.admin.id);
    const bad = {
      count: -1,
      big: "much",
      price: "cheap",
      day: "soon",
      moment: "soon",
      name: "x".repeat(41),
      code: "one",
    };
    return Promise.resolve({
      by: cast.admin,
      variables: { input },
      selection: "{ id }",
      denied: notPermitted(cast),
      bad: Object.entries(bad).map(([field, value]) => invalid({ input: { ...input, [field]: value } })),
      target: ({ id }) => ({ type: cast.defined, id, label: input.name, version: 1 }),
      shows: (answer) => shown(cast, answer?.id),
      redacted: ["secret"],
    });
  },
  updateEntity: async (cast) => {
    const entity = await made(cast);
    return ofOne(cast, entity, {
      variables: { id: entity.id, input: { ...OTHERS, secret: "still nobody's" }, expectedVersion: 1 },
      bad: [invalid({ input: { day: "soon" } }), { variables: { expectedVersion: 7 }, reason: "STALE_VERSION" }],
      redacted: ["secret"],
    });
  },
  deleteEntity: async (cast) =>
    ofOne(cast, await made(cast), { selection: "{ deletedAt }", shows: deletion({ deletedAt: null }) }),
  restoreEntity: async (cast) => {
    const entity = await made(cast);
    const mutation = `mutation ($id: ID!) { gone: delete${cast.defined}(id: $id) { deletedAt } }`;
    const { gone } = await cast.admin.data<{ gone: Shown }>(mutation, { id: entity.id });
    return ofOne(cast, entity, {
      variables: { id: entity.id },
      selection: "{ deletedAt }",
      target: () => ({ type: cast.defined, id: entity.id, label: entity.name, version: 3 }),
      shows: deletion(gone),
    });
  },
};
