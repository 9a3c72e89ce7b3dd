import { invalidInput } from "@supergraph/errors";
import { isId } from "@supergraph/persistence";
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import type { AccountService } from "./account.service.js";
import type { PersonalData } from "./personal-data.js";

const newAccount = z.object({ email: z.string() });
const newStatus = z.object({ status: z.enum(["ACTIVE", "SUSPENDED", "DELETED"]) });

type Identified = { Params: { id: string } };

/** For the users service: its side of what happens to accounts, by the person's id. All of it may be repeated. */
export function internalAccountRoutes(app: FastifyInstance, accounts: AccountService, data: PersonalData): void {
  app.put<Identified>("/accounts/:id", async ({ params, body }, reply) => {
    await accounts.create(idOf(params), newAccount.parse(body).email);
    return reply.code(204).send();
  });

  app.put<Identified>("/accounts/:id/status", async ({ params, body }, reply) => {
    await accounts.setStatus(idOf(params), newStatus.parse(body).status);
    return reply.code(204).send();
  });

  app.delete<Identified>("/accounts/:id", async ({ params }, reply) => {
    await accounts.remove(idOf(params));
    return reply.code(204).send();
  });

  app.get<Identified>("/people/:id/data", ({ params }) => data.of(idOf(params)));
}

function idOf({ id }: Identified["Params"]): string {
  if (!isId(id)) throw invalidInput({ path: "id", message: "is not an id" });
  return id;
}
