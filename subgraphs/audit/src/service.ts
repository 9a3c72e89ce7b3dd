import { AuditTrail } from "@supergraph/audit-trail";
import { Database } from "@supergraph/persistence";
import type { ServiceDefinition } from "@supergraph/service";
import { buildExecutableSchema, createSubgraphServer } from "@supergraph/subgraph";
import { createAuditParts } from "./audit-parts.js";
import { auditContext, type AuditContext } from "./audit.context.js";
import { backgroundWork } from "./background-work.js";
import { exportRoute } from "./export/export-route.js";
import { internalPersonRoutes } from "./person/internal-routes.js";
import { buildAuditSchema } from "./schema.js";
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
    const parts = await createAuditParts(database, settings);
    const audit = new AuditTrail(NAME, database, log);
    const background = backgroundWork({ parts, settings, audit, log });
    const { app, endpoint, baseContext } = createSubgraphServer<AuditContext>({
      name: NAME,
      secret: settings.GATEWAY_SECRET,
      log,
      audit,
      isReady: () => database.ping().then(() => true),
      context: (base) => auditContext(parts, base),
      internal: (routes) => internalPersonRoutes(routes, parts.people),
    });
    exportRoute(app, parts.exports, baseContext);
    await endpoint.use({ schema: buildExecutableSchema(await buildAuditSchema()) });
    return {
      app,
      start: () => background.start(),
      stop: async () => {
        await background.stop();
        await database.close();
      },
    };
  },
};
