import { randomBytes } from "node:crypto";
import { serviceDatabaseUrl, type Service } from "@supergraph/migrations";
import pg from "pg";
import { postgresUrlVariable, rolePasswords, templateDatabase, withDatabase } from "./test-postgres.js";

export interface DisposableDatabase {
  /** The owner's connection string. */
  readonly ownerUrl: string;
  /** The connection string with which a service reaches it, with the rights that the service has in production. */
  url(service: Service): string;
  /** Removes it, ending the connections that are left. */
  drop(): Promise<void>;
}

/**
 * A migrated database of one's own, holding nothing but what the migrations seed.
 * Throws outside vitest's integration project, whose setup starts the PostgreSQL.
 */
export async function disposableDatabase(): Promise<DisposableDatabase> {
  const serverUrl = process.env[postgresUrlVariable];
  if (serverUrl === undefined) {
    throw new Error(
      `${postgresUrlVariable} is not set: name the test *.integration.test.ts, so that a database is started.`,
    );
  }
  const name = `disposable_${randomBytes(6).toString("hex")}`;
  await execute(serverUrl, `create database ${name} template ${templateDatabase}`);
  return {
    ownerUrl: withDatabase(serverUrl, name),
    url: (service) => {
      const templateUrl = withDatabase(serverUrl, templateDatabase);
      return withDatabase(serviceDatabaseUrl(templateUrl, service, rolePasswords[service]), name);
    },
    drop: () => execute(serverUrl, `drop database if exists ${name} with (force)`),
  };
}

async function execute(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
