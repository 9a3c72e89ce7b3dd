import { AuditTrail } from "@supergraph/audit-trail";
import { CursorCodec, Database } from "@supergraph/persistence";
import { databaseSettings, serviceSettings, type ServiceDefinition } from "@supergraph/service";
import { buildExecutableSchema, createSubgraphServer, loaderById } from "@supergraph/subgraph";
import type { UsersContext } from "./context.js";
import { usersSchema } from "./schema.js";
import { internalUserRoutes } from "./user/internal-routes.js";
import { UserRepository } from "./user/user.repository.js";
import { UserService } from "./user/user.service.js";

const settingsSchema = serviceSettings.extend({
  ...databaseSettings.shape,
  PORT: serviceSettings.shape.PORT.default(4001),
});

/** People: profile, settings, status. */
export const usersService: ServiceDefinition<typeof settingsSchema> = {
  name: "users",
  settings: settingsSchema,
  async create({ settings, log }) {
    const secret = settings.GATEWAY_SECRET;
    const database = new Database({
      url: settings.DATABASE_URL,
      schema: "users",
      maximumConnections: settings.DATABASE_POOL_SIZE,
    });
    const audit = new AuditTrail("users", database, log);
    const repository = new UserRepository(database, new CursorCodec(secret));
    const { app, endpoint } = createSubgraphServer<UsersContext>({
      name: "users",
      secret,
      log,
      audit,
      isReady: () => database.ping().then(() => true),
      context: (base) => ({
        ...base,
        users: new UserService(
          base.caller,
          repository,
          loaderById(
            (ids) => repository.findByIds(ids),
            ({ id }) => id,
          ),
          base.audit,
        ),
      }),
      internal: (routes) => internalUserRoutes(routes, repository),
    });
    await endpoint.use({ schema: buildExecutableSchema(await usersSchema()) });
    return { app, stop: () => database.close() };
  },
};
