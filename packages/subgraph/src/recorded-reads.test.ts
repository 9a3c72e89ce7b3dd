import "reflect-metadata";
import { SystemError } from "@supergraph/errors";
import type { Claims } from "@supergraph/identity";
import { graphql, type GraphQLResolveInfo } from "graphql";
import { Arg, Ctx, Field, FieldResolver, ID, Info, Mutation, ObjectType, Query, Resolver, Root } from "type-graphql";
import { describe, expect, it } from "vitest";
import { Audited, Permits, Public, SignedIn } from "./access.js";
import type { SubgraphContext } from "./context.js";
import { recordedOnce } from "./recorded-reads.js";
import { recordingContext } from "./recording-context.fixture.js";
import { buildExecutableSchema, buildStaticSchema } from "./schema.js";

@ObjectType()
class Leaflet {
  @Field(() => ID) id!: string;
}

@Resolver(() => Leaflet)
class LeafletResolver {
  @Query(() => String)
  @Audited({ action: "secret.read", entityType: "Secret", target: "id" })
  @Permits("secrets:read")
  secret(@Arg("id", () => ID) id: string, @Ctx() { audit }: SubgraphContext): string {
    audit.describe({ metadata: { asked: true } });
    if (id === "own") audit.omit();
    if (id === "nonsense") throw new SystemError("INVALID_INPUT");
    if (id === "hidden") throw new SystemError("PERMISSION_MISSING");
    return id;
  }

  @Query(() => Leaflet, { nullable: true })
  @SignedIn()
  leaflet(@Arg("id", () => ID) id: string): Leaflet {
    if (id === "nonsense") throw new SystemError("INVALID_INPUT");
    if (id === "hidden") throw new SystemError("PERMISSION_MISSING");
    return { id };
  }

  @Query(() => [Leaflet])
  @Public()
  leaflets(): Leaflet[] {
    return ["a", "b", "c"].map((id) => ({ id }));
  }

  @FieldResolver(() => String, { nullable: true })
  margin(@Root() { id }: Leaflet, @Info() info: GraphQLResolveInfo, @Ctx() context: SubgraphContext): Promise<string> {
    const event = { action: "margin.read", details: { target: { type: "Leaflet", id } } };
    return recordedOnce(event, context, info, () => Promise.resolve(`in the margin of ${id}`));
  }

  @Mutation(() => String)
  @Audited({ action: "leaflet.throw" })
  @Public()
  throwLeaflet(): string {
    return "thrown";
  }

  @Mutation(() => String)
  @Audited({ action: "leaflet.burn" })
  @Public()
  burnLeaflet(): string {
    return null as unknown as string;
  }
}

const schema = buildExecutableSchema(await buildStaticSchema({ resolvers: [LeafletResolver] }));
const reader: Claims = { sub: "r", roles: [], permissions: ["secrets:read"], client: "user" };
const impersonated: Claims = { ...reader, permissions: [], act: { sub: "support" } };

async function eventsOf(source: string, caller?: Claims) {
  const { context, events } = recordingContext(caller);
  await graphql({ schema, source, contextValue: context });
  return events.map(({ action, outcome, reason, entity_id }) => [action, reason ?? outcome, entity_id]);
}

describe("a query that is marked", () => {
  it("leaves an event for each call: of success and of bad input", async () => {
    expect(await eventsOf('{ secret(id: "1") again: secret(id: "2") }', reader)).toEqual([
      ["secret.read", "success", "1"],
      ["secret.read", "success", "2"],
    ]);
    expect(await eventsOf('{ secret(id: "nonsense") }', reader)).toEqual([
      ["secret.read", "INVALID_INPUT", "nonsense"],
    ]);
  });

  it("leaves its one event when it is denied, by its permission or by a rule below", async () => {
    expect(await eventsOf('{ secret(id: "1") }')).toEqual([["secret.read", "SIGN_IN_REQUIRED", "1"]]);
    expect(await eventsOf('{ secret(id: "hidden") }', reader)).toEqual([
      ["secret.read", "PERMISSION_MISSING", "hidden"],
    ]);
  });

  it("is one denied attempt under any number of aliases", async () => {
    const aliases = Array.from({ length: 100 }, (_, index) => `s${index}: secret(id: "1")`).join(" ");
    expect(await eventsOf(`{ ${aliases} }`, { ...reader, permissions: [] })).toHaveLength(1);
  });

  it("says what was asked, also when it was denied", async () => {
    const { context, events } = recordingContext(reader);
    await graphql({ schema, source: '{ secret(id: "hidden") }', contextValue: context });
    expect(events[0]?.metadata).toEqual({ asked: true });
  });

  it("leaves none of what the service omits", async () => {
    expect(await eventsOf('{ secret(id: "own") }', reader)).toEqual([]);
  });
});

describe("a query that somebody asks in another's place", () => {
  it("leaves an event that names both, the field and what the argument id names", async () => {
    const { context, events } = recordingContext(impersonated);
    await graphql({ schema, source: '{ leaflet(id: "a") { id } }', contextValue: context });
    expect(events).toMatchObject([
      {
        action: "impersonation.read",
        outcome: "success",
        user_id: "r",
        impersonator_id: "support",
        entity_type: "Leaflet",
        entity_id: "a",
        metadata: { field: "leaflet" },
      },
    ]);
  });

  it("leaves one for each root field, however many aliases it has, and none for introspection", async () => {
    const source = '{ __typename one: leaflet(id: "a") { id } two: leaflet(id: "b") { id } leaflets { id } }';
    expect((await eventsOf(source, impersonated)).toSorted()).toEqual([
      ["impersonation.read", "success", null],
      ["impersonation.read", "success", "a"],
    ]);
    expect(await eventsOf("{ __schema { queryType { name } } }", impersonated)).toEqual([]);
  });

  it("leaves one when it is refused or fails, also under an alias behind one that is not", async () => {
    expect(await eventsOf('{ leaflet(id: "nonsense") { id } }', impersonated)).toEqual([
      ["impersonation.read", "INVALID_INPUT", "nonsense"],
    ]);
    const source = '{ fine: leaflet(id: "a") { id } no: leaflet(id: "hidden") { id } n: leaflet(id: "hidden") { id } }';
    expect(await eventsOf(source, impersonated)).toEqual([
      ["impersonation.read", "success", "a"],
      ["impersonation.read", "PERMISSION_MISSING", "hidden"],
    ]);
  });

  it("leaves its own event when it is marked, and mutations theirs", async () => {
    const source = '{ secret(id: "1") }';
    const permitted = { ...impersonated, permissions: ["secrets:read"] };
    expect(await eventsOf(source, permitted)).toEqual([["secret.read", "success", "1"]]);
    expect(await eventsOf("mutation { throwLeaflet }", impersonated)).toEqual([["leaflet.throw", "success", null]]);
  });

  it("leaves none when people ask it themselves", async () => {
    expect(await eventsOf('{ leaflet(id: "a") { id } }', reader)).toEqual([]);
  });
});

describe("a field that is recorded once", () => {
  it("leaves one event for a list and for all its aliases", async () => {
    const source = "{ leaflets { margin again: margin } more: leaflets { margin } }";
    expect(await eventsOf(source, reader)).toEqual([["margin.read", "success", "a"]]);
  });

  it("is not read on any object when its event can't be stored", async () => {
    const { context, events } = recordingContext(reader);
    events.push = () => {
      throw new Error("as if it could not be stored");
    };
    const { data, errors } = await graphql({ schema, source: "{ leaflets { margin } }", contextValue: context });
    expect(data?.leaflets).toEqual([{ margin: null }, { margin: null }, { margin: null }]);
    expect(errors?.map(({ extensions }) => extensions.reason)).toEqual(Array(3).fill("SERVICE_OUT_OF_REACH"));
  });
});

describe("a mutation", () => {
  it("leaves one event for each alias", async () => {
    const aliases = "mutation { a: throwLeaflet b: throwLeaflet c: throwLeaflet }";
    expect(await eventsOf(aliases)).toEqual(Array(3).fill(["leaflet.throw", "success", null]));
  });

  it("leaves its success when it was done and its result can't be told", async () => {
    expect(await eventsOf("mutation { burnLeaflet }")).toEqual([["leaflet.burn", "success", null]]);
  });
});
