import { invalidInput, SystemError } from "@supergraph/errors";
import { constraintViolation, isId } from "@supergraph/persistence";
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import type { UserRepository } from "./user.repository.js";

const person = z.object({ email: z.string(), firstName: z.string(), lastName: z.string() });

/** The two sides of a registration, for auth: create the person (again: nothing happens), and undo it. */
export function internalUserRoutes(app: FastifyInstance, users: UserRepository): void {
  app.put<{ Params: { id: string } }>("/users/:id", async ({ params, body }, reply) => {
    const { email, firstName, lastName } = person.parse(body);
    await users
      .insertOnce({
        id: idOf(params),
        email,
        first_name: firstName,
        last_name: lastName,
        display_name: `${firstName} ${lastName}`,
      })
      .catch((error: unknown) => {
        if (constraintViolation(error)?.kind === "unique") throw new SystemError("EMAIL_TAKEN", { cause: error });
        throw error;
      });
    return reply.code(204).send();
  });

  app.delete<{ Params: { id: string } }>("/users/:id", async ({ params }, reply) => {
    await users.delete(idOf(params));
    return reply.code(204).send();
  });
}

function idOf({ id }: { id: string }): string {
  if (!isId(id)) throw invalidInput({ path: "id", message: "is not an id" });
  return id;
}
