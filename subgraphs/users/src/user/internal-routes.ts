import { invalidInput } from "@supergraph/errors";
import { isId } from "@supergraph/persistence";
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import type { UserLifecycle } from "./user-lifecycle.js";

const person = z.object({ email: z.string(), firstName: z.string(), lastName: z.string() });
const newEmail = z.object({ email: z.string() });

type Identified = { Params: { id: string } };

/** For auth: the two sides of a registration, and a change of address. All of it may be repeated. */
export function internalUserRoutes(app: FastifyInstance, lifecycle: UserLifecycle): void {
  app.put<Identified>("/users/:id", async ({ params, body }, reply) => {
    await lifecycle.register(idOf(params), person.parse(body));
    return reply.code(204).send();
  });

  app.delete<Identified>("/users/:id", async ({ params }, reply) => {
    await lifecycle.undoRegistration(idOf(params));
    return reply.code(204).send();
  });

  app.put<Identified>("/users/:id/email", async ({ params, body }, reply) => {
    await lifecycle.changeEmail(idOf(params), newEmail.parse(body).email);
    return reply.code(204).send();
  });
}

function idOf({ id }: Identified["Params"]): string {
  if (!isId(id)) throw invalidInput({ path: "id", message: "is not an id" });
  return id;
}
