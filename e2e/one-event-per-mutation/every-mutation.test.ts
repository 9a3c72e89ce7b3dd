import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import {
  astFromValue,
  buildClientSchema,
  getIntrospectionQuery,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isLeafType,
  isListType,
  isNonNullType,
  isRequiredInputField,
  Kind,
  parse,
  print,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLSchema,
  type IntrospectionQuery,
} from "graphql";
import { beforeAll, describe, expect, it } from "vitest";
import { administrator, Client, personWithRole, register, signIn, unique, type Person } from "../harness/client.js";

interface Recorded {
  auditEvents: {
    totalCount: number;
    nodes: { action: string; outcome: string; reason: string | null; actor: { id: string | null }; path: string }[];
  };
}

type Mutation = GraphQLField<unknown, unknown>;

const SCALARS: Record<string, unknown> = {
  ID: randomUUID(),
  Int: 1,
  Float: 1.5,
  Boolean: true,
  DateTime: "2030-01-01T00:00:00.000Z",
  Date: "2030-01-01",
  JSON: { a: 1 },
  BigInt: 1,
};

/** The mutations that the code fixes; those of entity types come and go with other tests. */
async function fixedMutations(): Promise<Set<string>> {
  const document = parse(await readFile(new URL("../../supergraph.graphql", import.meta.url), "utf8"));
  const names = document.definitions.flatMap((definition) =>
    definition.kind === Kind.OBJECT_TYPE_DEFINITION && definition.name.value === "Mutation"
      ? (definition.fields ?? []).map(({ name }) => name.value)
      : [],
  );
  return new Set(names);
}

/** The least that the type lets pass: right in form, and the name of nothing that exists. */
function leastOf(type: GraphQLInputType): unknown {
  if (isNonNullType(type)) return leastOf(type.ofType);
  if (isListType(type)) return [];
  if (isEnumType(type)) return type.getValues()[0]?.value;
  if (isInputObjectType(type)) {
    const required = Object.values(type.getFields()).filter(isRequiredInputField);
    return Object.fromEntries(required.map((field) => [field.name, leastOf(field.type)]));
  }
  return SCALARS[type.name] ?? "x";
}

function operation({ name, args, type }: Mutation): string {
  const given = args
    .filter((argument) => isNonNullType(argument.type))
    .map((argument) => `${argument.name}: ${print(astFromValue(leastOf(argument.type), argument.type) ?? fail(name))}`);
  const selection = isLeafType(getNamedType(type)) ? "" : " { __typename }";
  return `mutation { ${name}${given.length > 0 ? `(${given.join(", ")})` : ""}${selection} }`;
}

function fail(name: string): never {
  throw new Error(`No value could be made for an argument of ${name}`);
}

describe("every mutation that there is leaves exactly one event", () => {
  let mutations: Mutation[];
  let auditor: Person;
  const eventsOf = async (requestId: string) => {
    const query = `query ($requestId: String!) {
      auditEvents(filter: { requestId: $requestId }) { totalCount nodes { action outcome reason actor { id } path } }
    }`;
    return (await auditor.data<Recorded>(query, { requestId })).auditEvents;
  };

  beforeAll(async () => {
    const admin = await administrator();
    auditor = await personWithRole("auditor", admin);
    const defined = `Traced${unique()}`;
    await admin.data("mutation ($input: EntityTypeInput!) { defineEntityType(input: $input) { name } }", {
      input: { name: defined, fields: [{ name: "name", kind: "STRING", required: true }] },
    });
    const fixed = await fixedMutations();
    const introspection = await auditor.data(getIntrospectionQuery());
    const schema: GraphQLSchema = buildClientSchema(introspection as unknown as IntrospectionQuery);
    mutations = Object.values(schema.getMutationType()?.getFields() ?? {}).filter(
      ({ name }) => fixed.has(name) || name.endsWith(defined),
    );
    expect(mutations.length).toBeGreaterThan(fixed.size);
  });

  it("when nobody asks for it", async () => {
    for (const mutation of mutations) {
      const requestId = randomUUID();
      const { errors } = await new Client().send(operation(mutation), {}, { "x-request-id": requestId });
      const { totalCount, nodes } = await eventsOf(requestId);
      expect(totalCount, `${mutation.name}: ${JSON.stringify(errors)}`).toBe(1);
      const reason = errors?.[0]?.extensions.reason ?? null;
      const outcome = reason === null ? "SUCCESS" : reason === "SIGN_IN_REQUIRED" ? "DENIED" : "FAILURE";
      expect(nodes[0], mutation.name).toMatchObject({ outcome, reason, path: mutation.name, actor: { id: null } });
    }
  });

  it("when an ordinary person asks for it, of what isn't there", async () => {
    const { email, password } = await register("Mira");
    let person = await signIn(email, password);
    for (const mutation of mutations) {
      const requestId = randomUUID();
      const { errors } = await person.send(operation(mutation), {}, { "x-request-id": requestId });
      const { totalCount, nodes } = await eventsOf(requestId);
      expect(totalCount, `${mutation.name}: ${JSON.stringify(errors)}`).toBe(1);
      const { code, reason = null } = errors?.[0]?.extensions ?? {};
      const outcome = code === undefined ? "SUCCESS" : code === "FORBIDDEN" ? "DENIED" : "FAILURE";
      expect(nodes[0], mutation.name).toMatchObject({ outcome, path: mutation.name });
      if (outcome !== "SUCCESS") expect(nodes[0]?.reason, mutation.name).toBe(reason);
      if (outcome === "DENIED") expect(nodes[0]?.actor.id, mutation.name).toBe(person.id);
      // Some of them end the session that they came with.
      if (outcome === "SUCCESS") person = await signIn(email, password);
    }
  });
});
