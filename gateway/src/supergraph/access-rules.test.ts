import { ApolloGateway } from "@apollo/gateway";
import { describe, expect, it } from "vitest";
import { compose } from "../subgraphs.fixture.js";
import { withoutAccessRules } from "./access-rules.js";

const composed = (types: string, imports: string) =>
  compose([
    {
      name: "users",
      url: "http://users.test/graphql",
      sdl: `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", ${imports}])\n${types}`,
    },
  ]);
const load = async (supergraphSdl: string) => {
  const gateway = new ApolloGateway({ supergraphSdl, logger: { debug() {}, info() {}, warn() {}, error() {} } });
  await gateway.load();
  await gateway.stop();
};

describe("a supergraph without its access rules", () => {
  const guarded = composed(
    `type Query @authenticated { me: User! @requiresScopes(scopes: [["users:read"], ["a", "b"]]) all: Role @policy(policies: [["p"]]) }
     type User @key(fields: "id") @authenticated { id: ID! email: String @requiresScopes(scopes: [["users:read"]]) }
     enum Role @authenticated { ADMIN }
     scalar Secret @policy(policies: [["q"]])`,
    `"@authenticated", "@requiresScopes", "@policy"`,
  );

  it("is one that Apollo refuses with them and takes without", async () => {
    await expect(load(guarded)).rejects.toThrow("requiresScopes");
    await load(withoutAccessRules(guarded).sdl);
  });

  it("says which rules it held, and holds nothing of them any more", () => {
    const { sdl, removed } = withoutAccessRules(guarded);
    expect(removed.sort()).toEqual(["authenticated", "policy", "requiresScopes"]);
    expect(sdl).not.toMatch(/authenticated|requiresScopes|policy/i);
    expect(sdl).toContain("email: String");
  });

  it("is found under the names that the supergraph gives the rules", async () => {
    const renamed = guarded
      .replaceAll("requiresScopes__", "scopes__")
      .replaceAll("@requiresScopes", "@scopes")
      .replace(/(requiresScopes\/v0\.1")/, '$1, as: "scopes"');
    const { sdl, removed } = withoutAccessRules(renamed);
    expect(removed).toContain("scopes");
    expect(sdl).not.toContain("scopes");
    await load(sdl);
  });

  it("does not fill arguments from a context", async () => {
    const contextual = composed(
      `type Query { me: User! }
       type User @key(fields: "id") @context(name: "user") { id: ID! locale: String! page: Page! }
       type Page @key(fields: "id") { id: ID! title(locale: String @fromContext(field: "$user { locale }")): String }`,
      `"@context", "@fromContext"`,
    );
    await expect(load(contextual)).rejects.toThrow("context");
    const { sdl } = withoutAccessRules(contextual);
    expect(sdl).not.toMatch(/@context|contextArguments: \[\{/);
    await load(sdl);
  });

  it("is the same text when it held none", () => {
    const free = composed("type Query { policy: Int }", `"@shareable"`);
    expect(withoutAccessRules(free)).toEqual({ sdl: free, removed: [] });
  });
});
