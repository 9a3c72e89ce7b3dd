import { describe, expect, it } from "vitest";
import { administrator, unique, type Client, type Variables } from "../harness/client.js";
import { accessRecipes } from "./access.recipes.js";
import { entityRecipes, FIELDS } from "./entity.recipes.js";
import { assemble, type Answer, type Cast, type Prepared, type Recipes, type Shown } from "./recipe.js";
import { expectTrace, recorded, sealed, type Recorded } from "./recorded.js";
import { fixedFields, operationWith, schemaAsServed } from "./schema.js";
import { legalHoldRecipes } from "./legal-hold.recipes.js";
import { secondFactorRecipes } from "./second-factor.recipes.js";
import { signInRecipes } from "./sign-in.recipes.js";
import { userRecipes } from "./user.recipes.js";

/** Who adds a mutation adds how it is tried. */
const recipes: Recipes = {
  ...userRecipes,
  ...signInRecipes,
  ...secondFactorRecipes,
  ...accessRecipes,
  ...entityRecipes,
  ...legalHoldRecipes,
};

const DEFINE = "mutation ($input: EntityTypeInput!) { defineEntityType(input: $input) { name } }";

/** Every mutation that there is: those that the code fixes, and those of an entity type. */
const admin = await administrator();
const defined = `Traced${unique()}`;
await admin.data(DEFINE, { input: { name: defined, fields: FIELDS } });
const fixed = new Set((await fixedFields("Mutation")).map(({ name }) => name.value));
const served = Object.values((await schemaAsServed(admin)).getMutationType()?.getFields() ?? {});
const mutations = served.filter(({ name }) => fixed.has(name) || name.endsWith(defined));
const recipeOf = (name: string) => recipes[fixed.has(name) ? name : name.replace(defined, "Entity")];

it("every mutation has a recipe, and every recipe a mutation", () => {
  expect(mutations.filter(({ name }) => !recipeOf(name)).map(({ name }) => name)).toEqual([]);
  expect(mutations).toHaveLength(Object.keys(recipes).length);
});

describe.each(mutations.map((mutation) => [mutation.name, mutation] as const))("%s", (name, mutation) => {
  const events: Recorded[] = [];
  let preparing: Promise<[Cast, Prepared]> | undefined;
  const prepare = async () =>
    (preparing ??= theCast().then(async (cast) => {
      const recipe = recipeOf(name);
      if (!recipe) throw new Error(`${name} has no recipe`);
      return [cast, await recipe(cast)];
    }));

  /** The one event that it leaves, and the answer. */
  const tried = async (by: Client, variables: Variables = {}) => {
    const [cast, prepared] = await prepare();
    const all = { ...prepared.variables, ...variables };
    const { answer, events: left } = await recorded(
      by,
      cast.auditor,
      operationWith(mutation, all, prepared.selection),
      all,
    );
    expect(left, JSON.stringify(answer.errors)).toHaveLength(1);
    const [event] = left as [Recorded];
    expect(event.path).toBe(name);
    // What an argument names is the target, however the attempt ends.
    const { type, id } = prepared.target({});
    if (Object.values(all).includes(id)) expect(event.target).toMatchObject({ type, id });
    events.push(event);
    return { event, data: answer.data?.[name] as Answer | undefined, errors: answer.errors };
  };

  it("leaves one event when it is refused to somebody", async () => {
    const [, { denied }] = await prepare();
    if (!denied) return;
    const { event } = await tried(denied.by, denied.variables);
    const { outcome = "DENIED", reason } = denied;
    expect(event).toMatchObject({ outcome, reason, changes: [] });
    // Who fails to prove who they are is nobody, but may be known by what they typed.
    expect(event.actor).toMatchObject(outcome === "DENIED" ? actorOf(denied.by) : { type: actorOf(denied.by).type });
  });

  it("leaves one event for each input that is no good", async () => {
    const [, { bad = [], by }] = await prepare();
    expect(bad.length > 0, "has arguments, and an input that is no good").toBe(mutation.args.length > 0);
    for (const { variables, reason } of bad) {
      const { event } = await tried(by, variables);
      expect(event, JSON.stringify(variables)).toMatchObject({
        outcome: "FAILURE",
        reason,
        actor: { type: actorOf(by).type },
        changes: [],
      });
    }
  });

  it("leaves one event when it succeeds, with what changed as the API shows it", async () => {
    const [cast, { by, variables, target, actor, shows, redacted = [], isErasure }] = await prepare();
    const before = (await shows?.(undefined)) ?? {};
    const { event: asRecorded, data, errors } = await tried(by);
    expect(errors).toBeUndefined();
    const answer = data as Answer;
    const event = isErasure ? await sealed(asRecorded, cast.auditor) : asRecorded;
    const id = actor?.(answer);
    expect(event).toMatchObject({
      outcome: "SUCCESS",
      reason: isErasure ? null : givenReason(variables),
      actor: id === undefined ? actorOf(by) : { type: "USER", id },
      target: { version: null, ...target(answer) },
    });
    const after = (await shows?.(answer)) ?? {};
    const expected = [...changes(before, after), ...redacted.map(withheld)];
    expect(event.changes.toSorted(byField)).toEqual(expected.toSorted(byField));
  });

  it("leaves events that each lead to their trace", async () => {
    for (const event of events) await expectTrace(event);
  });
});

let assembled: Promise<Cast> | undefined;
const theCast = () => (assembled ??= assemble(defined));

const actorOf = (by: Client) => ("id" in by ? { type: "USER", id: by.id } : { type: "ANONYMOUS", id: null });

/** What who asks gives as the reason, where the mutation takes one. */
function givenReason({ reason, input }: Variables = {}): unknown {
  return reason ?? (input as { reason?: string } | undefined)?.reason ?? null;
}

const byField = (one: { field: string }, other: { field: string }) => (one.field < other.field ? -1 : 1);
const withheld = (field: string) => ({ field, before: null, after: null, redacted: true });

function changes(before: Shown, after: Shown) {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .map((field) => ({ field, before: before[field] ?? null, after: after[field] ?? null, redacted: false }))
    .filter((change) => JSON.stringify(change.before) !== JSON.stringify(change.after));
}
