import { invalidInput } from "@supergraph/errors";
import { isId } from "@supergraph/persistence";
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import type { PersonService } from "./person.service.js";

const erasure = z.object({ emails: z.array(z.string().max(512)).max(1_000) });
const page = z.object({
  after: z
    .string()
    .regex(/^\d{1,18}$/)
    .optional(),
});

interface OfPerson {
  Params: { id: string };
}

/** For users, which erases a person everywhere and exports what everybody holds of them. */
export function internalPersonRoutes(app: FastifyInstance, people: PersonService): void {
  app.put<OfPerson>("/people/:id/erasure", async ({ params, body }, reply) => {
    await people.erase(idOf(params), checked(erasure, body, "body").emails);
    return reply.code(204).send();
  });

  app.get<OfPerson>("/people/:id/legal-hold", async ({ params }, reply) => {
    await people.requireNoHold(idOf(params));
    return reply.code(204).send();
  });

  app.get<OfPerson>("/people/:id/data", ({ params, query }) =>
    people.eventsOf(idOf(params), checked(page, query, "query").after),
  );
}

function idOf({ id }: OfPerson["Params"]): string {
  if (!isId(id)) throw invalidInput({ path: "id", message: "is not an id" });
  return id.toLowerCase();
}

function checked<Schema extends z.ZodType>(schema: Schema, value: unknown, path: string): z.output<Schema> {
  const result = schema.safeParse(value);
  if (!result.success) throw invalidInput({ path, message: z.prettifyError(result.error) });
  return result.data;
}
