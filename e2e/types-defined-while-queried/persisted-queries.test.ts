import { createHash } from "node:crypto";
import { expect, it } from "vitest";
import { administrator, endpoint, unique } from "../harness/client.js";

const query = "query Policy { passwordPolicy { minimumBytes } }";
const persisted = { version: 1, sha256Hash: createHash("sha256").update(query).digest("hex") };

async function ask(body: object): Promise<unknown> {
  const response = await fetch(endpoint(), {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ ...body, extensions: { persistedQuery: persisted } }),
  });
  return response.json();
}

it("a persisted query is still known after a type was defined", async () => {
  const answer = { data: { passwordPolicy: { minimumBytes: 12 } } };
  expect(await ask({ query })).toEqual(answer);
  expect(await ask({})).toEqual(answer);
  const admin = await administrator();
  await admin.data("mutation ($input: EntityTypeInput!) { defineEntityType(input: $input) { name } }", {
    input: { name: `Swap${unique()}`, fields: [{ name: "label", kind: "STRING" }] },
  });
  expect(await ask({})).toEqual(answer);
});
