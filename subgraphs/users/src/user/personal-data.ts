import { bodyOf, serviceIdentity, type ServiceCaller } from "@supergraph/service";
import { z } from "zod";
import type { User } from "./user.type.js";

const SELF = serviceIdentity("users");
const HOLDERS = ["auth", "dynamic", "audit"] as const;
type Holder = (typeof HOLDERS)[number];

const eventsPage = z.object({ events: z.array(z.unknown()), next: z.string().nullable() });

/**
 * Everything held on a person, by the name of the service that holds it.
 * @throws SystemError SERVICE_OUT_OF_REACH when a service can't tell: half of it would pass for all
 */
export async function exportOf(user: User, call: ServiceCaller): Promise<Record<string, unknown>> {
  const { id: userId } = user;
  const read = async (service: Holder, after?: string): Promise<unknown> => {
    const path = `/internal/people/${userId}/data${after === undefined ? "" : `?after=${after}`}`;
    return JSON.parse(bodyOf(service, await call(service, SELF, { method: "GET", path })));
  };
  const held = await Promise.all(
    HOLDERS.map(
      async (service) => [service, service === "audit" ? await allEvents(read) : await read(service)] as const,
    ),
  );
  return { userId, exportedAt: new Date().toISOString(), users: user, ...Object.fromEntries(held) };
}

/** The log tells in pages. */
async function allEvents(read: (service: "audit", after?: string) => Promise<unknown>): Promise<unknown[]> {
  const all: unknown[] = [];
  for (let after: string | undefined; ;) {
    const { events, next } = eventsPage.parse(await read("audit", after));
    all.push(...events);
    if (next === null) return all;
    after = next;
  }
}
