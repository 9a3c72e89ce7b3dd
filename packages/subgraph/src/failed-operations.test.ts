import "reflect-metadata";
import { newId } from "@supergraph/persistence";
import { signForwardedIdentity, type Claims } from "@supergraph/identity";
import { createLog } from "@supergraph/service";
import { Arg, ID, InputType, Field, Int, Mutation, Query, Resolver } from "type-graphql";
import { IsEmail } from "class-validator";
import { beforeAll, describe, expect, it } from "vitest";
import { Audited, Permits, Public, SignedIn } from "./access.js";
import { recordingAudit } from "./recording-context.fixture.js";
import { GraphQLDateTime } from "./scalars.js";
import { buildExecutableSchema, buildStaticSchema } from "./schema.js";
import { createSubgraphServer } from "./server.js";

@InputType()
class PartyInput {
  @Field() name!: string;
  @Field(() => GraphQLDateTime, { nullable: true }) begins?: Date | null;
  @IsEmail()
  @Field({ defaultValue: "ada@example.com" })
  host!: string;
}

@Resolver()
class PartyResolver {
  @Mutation(() => String)
  @Audited({ action: "party.plan", entityType: "Party", target: "id" })
  @Public()
  planParty(
    @Arg("id", () => ID) id: string,
    @Arg("input", () => PartyInput) { name }: PartyInput,
    @Arg("guests", () => Int, { defaultValue: 1 }) guests: number,
  ): string {
    return `${id} ${name} ${guests}`;
  }

  @Mutation(() => String, { nullable: true })
  @Audited({ action: "party.end" })
  @Permits("parties:end")
  endParty(): string {
    return "over";
  }

  @Query(() => String, { nullable: true })
  @Audited({ action: "guests.read" })
  @SignedIn()
  guests(@Arg("since", () => GraphQLDateTime, { nullable: true }) since: Date | null): string {
    return String(since);
  }

  @Query(() => String, { nullable: true })
  @Public()
  weather(@Arg("at", () => GraphQLDateTime, { nullable: true }) at: Date | null): string {
    return String(at);
  }
}

const secret = new TextEncoder().encode("a secret that only these tests know, long enough");
const { audit, events } = recordingAudit();
const { app, endpoint } = createSubgraphServer({
  name: "users",
  secret,
  log: createLog("users", "silent"),
  audit,
  isReady: () => Promise.resolve(true),
  context: (base) => base,
});
beforeAll(async () => {
  await endpoint.use({ schema: buildExecutableSchema(await buildStaticSchema({ resolvers: [PartyResolver] })) });
});

const ada: Claims = { sub: newId(), roles: [], permissions: [], client: "user" };

async function eventsOf(query: string, variables: object = {}, caller?: Claims) {
  events.length = 0;
  const claims = await signForwardedIdentity({ caller, request: {} }, "users", secret);
  const headers = { "x-claims": claims };
  const response = await app.inject({ method: "POST", url: "/graphql", headers, payload: { query, variables } });
  const { errors } = response.json<{ errors?: unknown[] }>();
  const left = events.map(({ action, outcome, reason, entity_id, path }) => [
    action,
    reason ?? outcome,
    entity_id,
    path,
  ]);
  return { left, errors: errors?.length ?? 0 };
}

const PLAN = "mutation ($input: PartyInput!) { planParty(id: 7, input: $input) }";
const failed = [["party.plan", "INVALID_INPUT", "7", "planParty"]];

describe("a mutation of which this service can't read the input", () => {
  it.each([
    ["a literal of a scalar", 'mutation { planParty(id: 7, input: { name: "x", begins: "soon" }) }', {}],
    ["a variable of a scalar", PLAN, { input: { name: "x", begins: "soon" } }],
    ["a variable without what is required", PLAN, { input: {} }],
    [
      "a null where a default stands",
      'mutation ($n: Int) { planParty(id: 7, input: { name: "x" }, guests: $n) }',
      { n: null },
    ],
    [
      "a null for a variable with a default",
      'mutation ($n: String = "x") { planParty(id: 7, input: { name: $n }) }',
      { n: null },
    ],
    ["what breaks a rule of its input type", 'mutation { planParty(id: 7, input: { name: "x", host: "nobody" }) }', {}],
  ])("leaves one failure: %s", async (_, query, variables) => {
    expect(await eventsOf(query, variables)).toEqual({ left: failed, errors: 1 });
  });

  it("finds the field in a fragment, its target in a variable, and not what is skipped", async () => {
    const query = `mutation ($id: ID!, $input: PartyInput!, $no: Boolean!) {
      ...Plan endParty @skip(if: true) more: endParty @include(if: $no) }
      fragment Plan on Mutation { ... on Mutation { plan: planParty(id: $id, input: $input) } }`;
    const variables = { id: "8", input: { name: "x", begins: "soon" }, no: false };
    expect((await eventsOf(query, variables)).left).toEqual([["party.plan", "INVALID_INPUT", "8", "plan"]]);
  });

  it("leaves one for each field that could not be begun, whatever its aliases", async () => {
    const query =
      "mutation ($input: PartyInput!) { a: planParty(id: 7, input: $input) b: planParty(id: 7, input: $input) endParty }";
    const { left } = await eventsOf(query, { input: {} });
    expect(left).toEqual([
      ["party.plan", "INVALID_INPUT", "7", "a"],
      ["party.end", "INVALID_INPUT", null, "endParty"],
    ]);
  });

  it("leaves what was done before it as it was, and nothing of what would have come after", async () => {
    const query = `mutation ($n: Int) {
      end: endParty plan: planParty(id: 7, input: { name: "x" }, guests: $n) never: endParty }`;
    const { left } = await eventsOf(query, { n: null }, { ...ada, permissions: ["parties:end"] });
    expect(left).toEqual([
      ["party.end", "success", null, "end"],
      ["party.plan", "INVALID_INPUT", "7", "plan"],
    ]);
  });
});

describe("a query of which this service can't read the input", () => {
  const query = "query ($at: DateTime) { guests(since: $at) weather(at: $at) }";
  const variables = { at: "soon" };

  it("leaves a failure when it is marked, and none else", async () => {
    expect((await eventsOf(query, variables, ada)).left).toEqual([["guests.read", "INVALID_INPUT", null, "guests"]]);
  });

  it("leaves one of each field when it is asked in another's place", async () => {
    expect((await eventsOf(query, variables, { ...ada, act: { sub: newId() } })).left).toEqual([
      ["guests.read", "INVALID_INPUT", null, "guests"],
      ["impersonation.read", "INVALID_INPUT", null, "weather"],
    ]);
  });
});

it("no GraphQL, or an operation that isn't named, is no attempt at anything", async () => {
  expect(await eventsOf("mutation {")).toEqual({ left: [], errors: 1 });
  expect(await eventsOf("mutation A { endParty } mutation B { endParty }")).toEqual({ left: [], errors: 1 });
});
