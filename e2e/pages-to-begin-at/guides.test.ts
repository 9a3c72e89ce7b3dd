import { readFile } from "node:fs/promises";
import { buildClientSchema, getIntrospectionQuery, parse, validate, type IntrospectionQuery } from "graphql";
import { beforeAll, describe, expect, it } from "vitest";
import { administrator } from "../harness/client.js";

const file = (path: string) => readFile(new URL(`../../docs/${path}`, import.meta.url), "utf8");

/** What a page gives to be sent: blocks of GraphQL, and whole operations within its sentences. */
function operationsOf(page: string): string[] {
  const blocks = [...page.matchAll(/^```graphql\n(.*?)^```$/gms)].map(([, text = ""]) => text);
  const ofOneself = [...page.matchAll(/`(me \{[^`]*\})`/g)].map(([, text = ""]) => `{ ${text} }`);
  return [...blocks, ...ofOneself];
}

describe("the guides", () => {
  let schema: ReturnType<typeof buildClientSchema>;
  let errors: string;
  beforeAll(async () => {
    schema = buildClientSchema(
      await (await administrator()).data<IntrospectionQuery & Record<string, unknown>>(getIntrospectionQuery()),
    );
    errors = await file("reference/errors.md");
  });

  it.each(["authentication.md", "mail.md", "auditing.md"])(
    "name operations and reasons that there are: %s",
    async (name) => {
      const page = await file(`guides/${name}`);
      for (const operation of operationsOf(page)) expect(validate(schema, parse(operation)), operation).toEqual([]);
      const called = [...page.matchAll(/`(\w+)\([^`)]*\)`/g)].map(([, field]) => field);
      const fields = { ...schema.getQueryType()?.getFields(), ...schema.getMutationType()?.getFields() };
      expect(called.filter((field = "") => !(field in fields) && field !== "end")).toEqual([]);
      const reasons = [...page.matchAll(/^\| (`[A-Z_`, ]+`) \|/gm)].flatMap(
        ([, cell = ""]) => cell.match(/[A-Z_]+/g) ?? [],
      );
      expect(
        reasons.filter((reason) => !errors.includes(`\`${reason}\``) && !/^(SMTP|MAIL|APP|AUDIT)_/.test(reason)),
      ).toEqual([]);
    },
  );

  it("show something to be sent", async () => {
    expect(operationsOf(await file("guides/authentication.md")).length).toBeGreaterThan(5);
  });
});
