/** The services that own a schema; the schema has the service's name. */
export const services = ["users", "auth", "dynamic", "audit"] as const;

export type Service = (typeof services)[number];

/** Passwords of the services' roles, those that the run is to set. */
export type RolePasswords = Readonly<Partial<Record<Service, string>>>;

const longestIdentifier = 63;

/**
 * The login role of a service: roles belong to the whole cluster, so it carries the database's name.
 * Throws when PostgreSQL would cut the name off.
 */
export function serviceRole(databaseName: string, service: Service): string {
  const role = `${databaseName}_${service}`;
  if (Buffer.byteLength(role) > longestIdentifier) {
    throw new Error(
      `The role name ${role} is longer than PostgreSQL's ${String(longestIdentifier)} bytes: ` +
        "choose a shorter name for the database.",
    );
  }
  return role;
}

/** The connection string with which a service reaches the database of `ownerUrl`. */
export function serviceDatabaseUrl(ownerUrl: string, service: Service, password: string): string {
  const url = new URL(ownerUrl);
  url.username = encodeURIComponent(serviceRole(databaseNameOf(ownerUrl), service));
  url.password = encodeURIComponent(password);
  return url.href;
}

/** The database that a connection string names. Throws when it names none. */
export function databaseNameOf(url: string): string {
  const name = decodeURIComponent(new URL(url).pathname.slice(1));
  if (name === "") throw new Error("The database's connection string names no database.");
  return name;
}
