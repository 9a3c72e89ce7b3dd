import type { ServiceDefinition } from "@supergraph/service";
import { ensureFirstAdministrator } from "./account/first-administrator.js";
import { authParts } from "./auth-parts.js";
import { authServer } from "./auth-server.js";
import { BackgroundWork } from "./background-work.js";
import { settingsSchema } from "./settings.js";

/** Credentials, sessions, tokens, signing keys, roles and permissions. */
export const authService: ServiceDefinition<typeof settingsSchema> = {
  name: "auth",
  settings: settingsSchema,
  async create(dependencies) {
    const { settings, log } = dependencies;
    const parts = authParts(dependencies);
    await parts.keyRing.ensureActiveKey();
    let isSeeded = false;
    const background = new BackgroundWork(parts, log);
    return {
      app: await authServer(parts, log, () => Promise.resolve(isSeeded)),
      async start() {
        background.start();
        const { ADMIN_EMAIL: email, ADMIN_PASSWORD: password } = settings;
        if (email !== undefined && password !== undefined) {
          await ensureFirstAdministrator({ email, password }, { ...parts, log }, background.signal);
        }
        isSeeded = true;
      },
      async stop() {
        await background.stop();
        parts.redis?.disconnect();
        await parts.database.close();
      },
    };
  },
};
