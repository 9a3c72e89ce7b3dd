import type { FastifyInstance } from "fastify";
export function landingRoutes(_app: FastifyInstance): void {}
