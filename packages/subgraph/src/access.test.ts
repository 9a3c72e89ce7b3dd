import "reflect-metadata";
import { graphql } from "graphql";
import { Arg, Ctx, Field, FieldResolver, Mutation, ObjectType, Query, Resolver } from "type-graphql";
import { describe, expect, it } from "vitest";
import { Audited, Permits, Public, SignedIn } from "./access.js";
import type { SubgraphContext } from "./context.js";
import { recordingContext } from "./recording-context.fixture.js";
import { buildExecutableSchema, buildStaticSchema } from "./schema.js";

@ObjectType()
class Thing {
  @Field()
  id!: string;
}

@Resolver(() => Thing)
class ThingFieldResolver {
  @FieldResolver(() => String, { nullable: true })
  secret(@Ctx() { caller }: SubgraphContext): string {
    caller.require("things:read-secrets");
    return "secret";
  }
}

@Resolver()
class ThingResolver {
  @Query(() => Thing)
  @Permits("things:read")
  thing(): Thing {
    return { id: "t" };
  }

  @Mutation(() => String)
  @Audited({ action: "thing.rename" })
  @Permits("things:change")
  renameThing(@Arg("id", () => String) id: string, @Arg("name", () => String) name: string): string {
    return id + name;
  }

  @Query(() => String)
  @Public()
  open(): string {
    return "open";
  }

  @Query(() => String)
  @SignedIn()
  mine(): string {
    return "mine";
  }

  @Query(() => String)
  @Permits("things:read")
  things(): string {
    return "things";
  }

  @Mutation(() => String)
  @Audited({ action: "thing.change", entityType: "Thing", target: "id" })
  @Permits("things:change", "things:change:own")
  changeThing(@Arg("id", () => String) id: string): string {
    return id;
  }
}

const schema = buildExecutableSchema(await buildStaticSchema({ resolvers: [ThingResolver, ThingFieldResolver] }));

async function run(source: string, permissions: string[] | undefined) {
  const { events, context } = recordingContext(permissions && { sub: "u", roles: [], permissions, client: "user" });
  const { data, errors } = await graphql({ schema, source, contextValue: context });
  return {
    data: data && { ...data },
    reason: errors?.[0]?.extensions.reason,
    recorded: events.map(({ action, outcome, reason, entity_id }) => [action, reason ?? outcome, entity_id]),
  };
}

describe("access to a root field", () => {
  it("is everybody's where it is public", async () => {
    expect(await run("{ open }", undefined)).toMatchObject({ data: { open: "open" }, recorded: [] });
  });

  it("asks for a signed-in caller, or for one of the permissions", async () => {
    expect(await run("{ mine }", undefined)).toMatchObject({ reason: "SIGN_IN_REQUIRED" });
    expect(await run("{ mine }", [])).toMatchObject({ data: { mine: "mine" } });
    expect(await run("{ things }", ["things:read"])).toMatchObject({ data: { things: "things" }, recorded: [] });
    expect(await run("{ things }", ["things:change"])).toMatchObject({ reason: "PERMISSION_MISSING" });
  });

  it("leaves an event when a read is refused, and one only when a mutation is", async () => {
    expect((await run("{ things }", [])).recorded).toEqual([["things.read", "PERMISSION_MISSING", null]]);
    expect((await run('mutation { changeThing(id: "t") }', [])).recorded).toEqual([
      ["thing.change", "PERMISSION_MISSING", "t"],
    ]);
    expect((await run('mutation { changeThing(id: "t") }', ["things:change:own"])).recorded).toEqual([
      ["thing.change", "success", "t"],
    ]);
  });

  it("names what was refused in the event, not what the client calls it", async () => {
    expect((await run("{ login: mine }", undefined)).recorded).toEqual([["query.mine", "SIGN_IN_REQUIRED", null]]);
  });
});

describe("a field that a rule below it refuses", () => {
  it("leaves an event with its object as the target, once however often it is asked for in a request", async () => {
    const { data, recorded } = await run("{ one: thing { secret } two: thing { secret } }", ["things:read"]);
    expect(data).toEqual({ one: { secret: null }, two: { secret: null } });
    expect(recorded).toEqual([["thing.secret", "PERMISSION_MISSING", "t"]]);
  });
});

describe("the arguments of a field", () => {
  it("stand in the order in which they are written", async () => {
    const { sdl } = await buildStaticSchema({ resolvers: [ThingResolver, ThingFieldResolver] });
    expect(sdl).toContain("renameThing(id: String!, name: String!)");
  });
});

describe("a subgraph with a root field that declares no access, or a mutation that declares no audit", () => {
  it("is not built, and every such field is named", async () => {
    @Resolver()
    class CarelessResolver {
      @Query(() => String)
      unguarded(): string {
        return "";
      }

      @Mutation(() => String)
      @Public()
      unaudited(): string {
        return "";
      }
    }
    await expect(buildStaticSchema({ resolvers: [CarelessResolver] })).rejects.toThrow(
      /query unguarded: who may call it\?\n.*mutation unaudited: what does it leave in the audit log\?/s,
    );
  });
});
