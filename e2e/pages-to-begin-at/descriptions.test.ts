import {
  buildClientSchema,
  getIntrospectionQuery,
  isObjectType,
  type GraphQLInterfaceType,
  type IntrospectionQuery,
} from "graphql";
import { expect, it } from "vitest";
import { administrator, Client, unique } from "../harness/client.js";

it("every type and every operation says in the schema what it is for, those of a type that was just defined too", async () => {
  const admin = await administrator();
  await admin.data("mutation Define($input: EntityTypeInput!) { defineEntityType(input: $input) { name } }", {
    input: {
      name: `Told${unique()}`,
      description: "Something to tell of.",
      fields: [
        { name: "name", kind: "STRING", unique: true },
        { name: "state", kind: "ENUM", enumValues: ["ON", "OFF"] },
      ],
    },
  });
  const introspected = await new Client().data<IntrospectionQuery & Record<string, unknown>>(getIntrospectionQuery());
  const schema = buildClientSchema(introspected);
  const roots = [schema.getQueryType(), schema.getMutationType()].filter(isObjectType);
  const operations = roots.flatMap((root) => Object.values(root.getFields()));
  expect(operations.length).toBeGreaterThan(10);
  // What an entity type is for, only the one who defines it can say: other tests don't.
  const entities = schema.getPossibleTypes(schema.getType("Entity") as GraphQLInterfaceType);
  const exempt = new Set<string>([...entities, ...roots].map(({ name }) => name));
  const types = Object.values(schema.getTypeMap()).filter(({ name }) => !exempt.has(name));
  const untold = [...types, ...operations].filter(({ description }) => !description);
  expect(untold.map(({ name }) => name)).toEqual([]);
});
