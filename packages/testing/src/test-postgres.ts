import { services, type Service } from "@supergraph/migrations";

/** Where the setup leaves the owner's connection string for the tests. */
export const postgresUrlVariable = "TEST_POSTGRES_URL";

/** The migrated database that disposable ones are copied from; their roles are its roles. */
export const templateDatabase = "supergraph_template";

/** The passwords of the services' roles in tests. */
export const rolePasswords = Object.fromEntries(
  services.map((service) => [service, `${service}-test-password`]),
) as Record<Service, string>;

/** The same connection string, to another database. */
export function withDatabase(url: string, database: string): string {
  const changed = new URL(url);
  changed.pathname = `/${database}`;
  return changed.href;
}
