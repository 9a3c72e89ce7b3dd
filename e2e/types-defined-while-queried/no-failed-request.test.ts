import { describe, expect, it } from "vitest";
import { administrator, unique } from "../harness/client.js";

const CLIENTS = 50;
const TYPES = 20;

describe("while 50 clients query without a pause, 20 types defined one after another", () => {
  it(
    "fail not one request, and each can be queried by the time its mutation has returned",
    { timeout: 300_000 },
    async () => {
      const admin = await administrator();
      const run = unique();
      let isDone = false;
      let answered = 0;
      const failures: unknown[] = [];

      const clients = Array.from({ length: CLIENTS }, async () => {
        while (!isDone) {
          try {
            const { data, errors, status } = await admin.send(
              "{ me { id email roles { name } sessions { id } } entityTypes { name } }",
            );
            if (status !== 200 || errors || !data) failures.push({ status, errors });
            else answered++;
          } catch (error) {
            failures.push(error);
          }
        }
      });

      const unusable: unknown[] = [];
      for (let index = 0; index < TYPES; index++) {
        const name = `Thing${run}n${index}`;
        const plural = `things${run}n${index}`;
        await admin.data("mutation ($input: EntityTypeInput!) { defineEntityType(input: $input) { name } }", {
          input: { name, pluralName: plural, fields: [{ name: "label", kind: "STRING", required: true }] },
        });
        const { data, errors } = await admin.send(
          `mutation { create${name}(input: { label: "first" }) { id label createdBy { email } } }`,
        );
        if (errors || !data) unusable.push({ name, errors });
      }
      isDone = true;
      await Promise.all(clients);

      expect(unusable).toEqual([]);
      expect(failures).toEqual([]);
      expect(answered).toBeGreaterThan(CLIENTS);
    },
  );
});
