import { invalidInput } from "@supergraph/errors";
import { isId } from "@supergraph/persistence";
import type { FastifyInstance } from "fastify";
import type { EntityTypeRepository } from "../entity-type/entity-type.repository.js";
import type { EntityRecord } from "./entity-record.js";
import type { EntityRepository } from "./entity.repository.js";

/** For the users service: what a person has stored, by type; what they deleted is still held, and among it. */
export function personalDataRoutes(
  app: FastifyInstance,
  types: EntityTypeRepository,
  entities: EntityRepository,
): void {
  app.get<{ Params: { id: string } }>("/people/:id/data", async ({ params: { id } }) => {
    if (!isId(id)) throw invalidInput({ path: "id", message: "is not an id" });
    const held: Record<string, EntityRecord[]> = {};
    for (const type of await types.findAll()) {
      const own = await entities.findCreatedBy(type, id);
      if (own.length > 0) held[type.name] = own;
    }
    return { entities: held };
  });
}
