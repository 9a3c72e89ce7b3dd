import { SystemError } from "@supergraph/errors";
import type { Database } from "@supergraph/persistence";
import { bodyOf, serviceIdentity, type ServiceCaller } from "@supergraph/service";
import type { UserRepository } from "./user.repository.js";

const SELF = serviceIdentity("users");
const HOLDERS = ["auth", "dynamic", "audit"] as const;

/**
 * Everything held on a person, by the name of the service that holds it.
 * @throws SystemError USER_NOT_FOUND; SERVICE_OUT_OF_REACH when a service can't tell: half of it would pass for all
 */
export async function exportOf(
  userId: string,
  { database, users, call }: { database: Database; users: UserRepository; call: ServiceCaller },
): Promise<Record<string, unknown>> {
  // On its own: no connection is held while the others gather.
  const [user] = await database.independently(() => users.findByIds([userId]));
  if (!user) throw new SystemError("USER_NOT_FOUND");
  const path = `/internal/people/${userId}/data`;
  const held = await Promise.all(
    HOLDERS.map(async (service) => {
      const body = bodyOf(service, await call(service, SELF, { method: "GET", path }));
      return [service, JSON.parse(body) as unknown] as const;
    }),
  );
  return { userId, exportedAt: new Date().toISOString(), users: user, ...Object.fromEntries(held) };
}
