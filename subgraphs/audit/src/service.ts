import { AuditTrail } from "@supergraph/audit-trail";
import { Database } from "@supergraph/persistence";
import type { ServiceDefinition } from "@supergraph/service";
import { buildExecutableSchema, createSubgraphServer } from "@supergraph/subgraph";
import { createAuditParts } from "./audit-parts.js";
import type { AuditContext } from "./audit.context.js";
import { AuditEventService } from "./audit-event/audit-event.service.js";
import { internalPersonRoutes } from "./person/internal-routes.js";
import { buildAuditSchema } from "./schema.js";
import { Sequencer } from "./sequencer/sequencer.js";
import { auditSettings } from "./settings.js";

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
    const { events, sealer, people } = await createAuditParts(database, settings);
    const sequencer = new Sequencer(sealer, log);
    const { app, endpoint } = createSubgraphServer<AuditContext>({
      name: NAME,
      secret: settings.GATEWAY_SECRET,
      log,
      audit: new AuditTrail(NAME, database, log),
      isReady: () => database.ping().then(() => true),
      context: (base) => ({ ...base, auditEvents: new AuditEventService(events, base) }),
      internal: (routes) => internalPersonRoutes(routes, people),
    });
    await endpoint.use({ schema: buildExecutableSchema(await buildAuditSchema()) });
    return {
      app,
      start: () => Promise.resolve(sequencer.start()),
      stop: async () => {
        await sequencer.stop();
        await database.close();
      },
    };
  },
};
