import { SystemError } from "@supergraph/errors";
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import type { SessionRepository } from "../session/session.repository.js";
import type { ApiKeyClaims } from "./api-key-claims.js";
import type { ApiKeyRepository } from "./api-key.repository.js";

const question = z.object({ secretHash: z.base64url() });
const use = z.object({ sessions: z.array(z.uuid()), apiKeys: z.array(z.uuid()) });

/** For gateways: whose an API key is, by its hash, and where they tell which sessions and keys they saw used. */
export function internalApiKeyRoutes(
  app: FastifyInstance,
  parts: { claims: ApiKeyClaims; keys: ApiKeyRepository; sessions: SessionRepository },
): void {
  app.post("/api-keys/claims", async ({ body }) => {
    const claims = await parts.claims.of(Buffer.from(question.parse(body).secretHash, "base64url"));
    if (!claims) throw new SystemError("API_KEY_NOT_FOUND");
    return claims;
  });

  app.post("/credential-use", async ({ body }, reply) => {
    const { sessions, apiKeys } = use.parse(body);
    if (sessions.length > 0) await parts.sessions.noteUse(sessions);
    if (apiKeys.length > 0) await parts.keys.noteUse(apiKeys);
    return reply.code(204).send();
  });
}
