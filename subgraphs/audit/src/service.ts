import { AuditTrail } from "@supergraph/audit-trail";
import { Database } from "@supergraph/persistence";
import type { ServiceDefinition } from "@supergraph/service";
import { buildExecutableSchema, createSubgraphServer } from "@supergraph/subgraph";
import { createAuditParts } from "./audit-parts.js";
import { auditContext, type AuditContext } from "./audit.context.js";
import { KeyRotation } from "./key-rotation/key-rotation.js";
import { internalPersonRoutes } from "./person/internal-routes.js";
import { buildAuditSchema } from "./schema.js";
import { Sequencer } from "./sequencer/sequencer.js";
import { auditSettings } from "./settings.js";
import { observeCheckpoints } from "./witness/checkpoint-metrics.js";
import { Witnesses, witnessesOf } from "./witness/witnesses.js";

const NAME = "audit";

/** The audit log as auditors read it, and the sequencer that seals it. */
export const auditService: ServiceDefinition<typeof auditSettings> = {
  name: NAME,
  settings: auditSettings,
  create: async ({ settings, log }) => {
    const database = new Database({
      url: settings.DATABASE_URL,
      schema: NAME,
      maximumConnections: settings.DATABASE_POOL_SIZE,
    });
    const parts = await createAuditParts(database, settings);
    const sequencer = new Sequencer(parts.sealer, log);
    const keyRotation = new KeyRotation({ database, stored: parts.wrappedKeys, wrapping: parts.wrapping }, log);
    const witnesses = new Witnesses(witnessesOf(settings, parts, log), log);
    parts.checkpointer.onSigned((checkpoint) => {
      witnesses.offer(checkpoint);
    });
    const stopObserving = observeCheckpoints(parts.checkpoints, witnesses);
    const { app, endpoint } = createSubgraphServer<AuditContext>({
      name: NAME,
      secret: settings.GATEWAY_SECRET,
      log,
      audit: new AuditTrail(NAME, database, log),
      isReady: () => database.ping().then(() => true),
      context: (base) => auditContext(parts, base),
      internal: (routes) => internalPersonRoutes(routes, parts.people),
    });
    await endpoint.use({ schema: buildExecutableSchema(await buildAuditSchema()) });
    return {
      app,
      start: async () => {
        const newest = await parts.checkpoints.last();
        if (newest) witnesses.offer(newest);
        witnesses.start();
        sequencer.start();
        keyRotation.start();
      },
      stop: async () => {
        stopObserving();
        await Promise.all([sequencer.stop(), keyRotation.stop()]);
        await witnesses.stop();
        await database.close();
      },
    };
  },
};
