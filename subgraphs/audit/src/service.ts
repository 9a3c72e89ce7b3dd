import { AuditTrail } from "@supergraph/audit-trail";
import { CursorCodec, Database } from "@supergraph/persistence";
import { databaseSettings, serviceSettings, type ServiceDefinition } from "@supergraph/service";
import { buildExecutableSchema, createSubgraphServer } from "@supergraph/subgraph";
import { z } from "zod";
import type { AuditContext } from "./audit.context.js";
import { AuditEventRepository } from "./audit-event/audit-event.repository.js";
import { AuditEventService } from "./audit-event/audit-event.service.js";
import { internalPersonRoutes } from "./person/internal-routes.js";
import { PersonRepository } from "./person/person.repository.js";
import { PersonService } from "./person/person.service.js";
import { buildAuditSchema } from "./schema.js";
import { Sequencer } from "./sequencer/sequencer.js";
import { SequencerRepository } from "./sequencer/sequencer.repository.js";

const NAME = "audit";

const settingsSchema = serviceSettings.extend({
  ...databaseSettings.shape,
  PORT: z.coerce.number().int().min(0).max(65_535).default(4004),
});

/** The audit log as auditors read it, and the sequencer that seals it. */
export const auditService: ServiceDefinition<typeof settingsSchema> = {
  name: NAME,
  settings: settingsSchema,
  create: async ({ settings, log }) => {
    const database = new Database({
      url: settings.DATABASE_URL,
      schema: NAME,
      maximumConnections: settings.DATABASE_POOL_SIZE,
    });
    const events = new AuditEventRepository(database, new CursorCodec(settings.GATEWAY_SECRET));
    const sequencing = new SequencerRepository(database);
    const sequencer = new Sequencer(sequencing, log);
    const people = new PersonService(database, sequencing, new PersonRepository(database));
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
