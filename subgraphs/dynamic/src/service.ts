import { AuditTrail } from "@supergraph/audit-trail";
import { createComposer, readSupergraphConfig } from "@supergraph/composition";
import { CursorCodec, Database } from "@supergraph/persistence";
import { databaseSettings, serviceSettings, type ServiceDefinition } from "@supergraph/service";
import { createSubgraphServer } from "@supergraph/subgraph";
import { z } from "zod";
import type { DynamicContext } from "./context.js";
import { EntityTableRepository } from "./entity-type/entity-table.repository.js";
import { EntityTypeRepository } from "./entity-type/entity-type.repository.js";
import { EntityTypeService } from "./entity-type/entity-type.service.js";
import { internalEntityTypeRoutes } from "./entity-type/internal-routes.js";
import { EntityDeletion } from "./entity/deletion.js";
import { EntityRepository } from "./entity/entity.repository.js";
import { EntityService } from "./entity/entity.service.js";
import { personalDataRoutes } from "./entity/personal-data.js";
import { dynamicSchema } from "./schema.js";
import { SupergraphPublisher } from "./supergraph/supergraph-publisher.js";
import { supergraphRoutes } from "./supergraph/supergraph-routes.js";
import { SupergraphVersionRepository } from "./supergraph/supergraph-version.repository.js";
import { Supergraph } from "./supergraph/supergraph.js";

const settingsSchema = serviceSettings.extend({
  ...databaseSettings.shape,
  PORT: serviceSettings.shape.PORT.default(4003),
  SUPERGRAPH_CONFIG: z.string().default("supergraph.yaml"),
});

/** Entity types that users define while it runs, and their entities. */
export const dynamicService: ServiceDefinition<typeof settingsSchema> = {
  name: "dynamic",
  settings: settingsSchema,
  async create({ settings, log }) {
    const secret = settings.GATEWAY_SECRET;
    const database = new Database({
      url: settings.DATABASE_URL,
      schema: "dynamic",
      maximumConnections: settings.DATABASE_POOL_SIZE,
      isPipelined: true,
    });
    const audit = new AuditTrail("dynamic", database, log);
    const fixed = await dynamicSchema();
    const types = new EntityTypeRepository(database);
    const versions = new SupergraphVersionRepository(database);
    const composer = createComposer();
    const subgraphs = await readSupergraphConfig(settings.SUPERGRAPH_CONFIG);
    const publisher = new SupergraphPublisher({ database, versions, types, composer, fixed, subgraphs });

    const entities = new EntityRepository(database, new CursorCodec(secret));
    const deletion = new EntityDeletion(entities, (name) => types.findReferrersTo(name), audit);
    const tables = new EntityTableRepository(database);
    const { app, endpoint } = createSubgraphServer<DynamicContext>({
      name: "dynamic",
      secret,
      log,
      audit,
      isReady: () => database.ping().then(() => true),
      context: async (base, request) => {
        // The gateway planned with this version: a replica that is behind would not know its types.
        const planned = Number(request.headers["x-supergraph-version"] ?? 0);
        if (planned > supergraph.version) await supergraph.catchUp(planned);
        const { model } = supergraph;
        return {
          ...base,
          entityTypes: new EntityTypeService(base.caller, model, { types, tables, publisher, supergraph, audit }),
          entities: new EntityService(base.caller, model, entities, deletion, audit),
        };
      },
      internal: (routes) => {
        supergraphRoutes(routes, () => supergraph);
        personalDataRoutes(routes, types, entities);
        internalEntityTypeRoutes(routes, () => supergraph.model);
      },
    });
    const supergraph: Supergraph = new Supergraph({
      database,
      versions,
      types,
      fixed,
      log,
      use: (schema) => endpoint.use({ schema }),
    });
    await publisher.publishWhenChanged();
    await supergraph.catchUp();
    return {
      app,
      start: () => Promise.resolve(supergraph.follow()),
      stop: async () => {
        supergraph.stop();
        await composer.close();
        await database.close();
      },
    };
  },
};
