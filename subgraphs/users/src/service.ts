import { AuditTrail } from "@supergraph/audit-trail";
import { Intents, UndoableCreation } from "@supergraph/intent";
import { CursorCodec, Database } from "@supergraph/persistence";
import { databaseSettings, repeatUntilStopped, serviceSettings, type ServiceDefinition } from "@supergraph/service";
import { buildExecutableSchema, createSubgraphServer, loaderById } from "@supergraph/subgraph";
import type { UsersContext } from "./context.js";
import { usersSchema } from "./schema.js";
import { internalUserRoutes } from "./user/internal-routes.js";
import { UserLifecycle } from "./user/user-lifecycle.js";
import { UserRepository } from "./user/user.repository.js";
import { UserService } from "./user/user.service.js";

const settingsSchema = serviceSettings.extend({
  ...databaseSettings.shape,
  PORT: serviceSettings.shape.PORT.default(4001),
});

const FINISH_EVERY_MS = 1_000;

/** People: profile, settings, status. */
export const usersService: ServiceDefinition<typeof settingsSchema> = {
  name: "users",
  settings: settingsSchema,
  async create({ settings, log, call }) {
    const secret = settings.GATEWAY_SECRET;
    const database = new Database({
      url: settings.DATABASE_URL,
      schema: "users",
      maximumConnections: settings.DATABASE_POOL_SIZE,
      isPipelined: true,
    });
    const audit = new AuditTrail("users", database, log);
    const repository = new UserRepository(database, new CursorCodec(secret));
    const intents = new Intents(database, audit, log);
    const lifecycle = new UserLifecycle(database, repository, audit, call, new UndoableCreation(database), intents);
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
          lifecycle,
        ),
      }),
      internal: (routes) => internalUserRoutes(routes, lifecycle),
    });
    await endpoint.use({ schema: buildExecutableSchema(await usersSchema()) });

    const stopping = new AbortController();
    let finishing: Promise<void> | undefined;
    return {
      app,
      start() {
        finishing = repeatUntilStopped(() => intents.finishAbandoned(), FINISH_EVERY_MS, stopping.signal, log);
        return Promise.resolve();
      },
      async stop() {
        stopping.abort();
        await finishing;
        await database.close();
      },
    };
  },
};
