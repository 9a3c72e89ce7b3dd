import type { FastifyInstance } from "fastify";
import type { EntityModel } from "../entity/model.js";

/** For other services: which entity types there are. */
export function internalEntityTypeRoutes(app: FastifyInstance, model: () => EntityModel): void {
  app.get("/entity-types", () => ({ names: [...model().keys()].sort() }));
}
