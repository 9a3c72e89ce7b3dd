import type { Knex } from "knex";
import type { Client } from "pg";

/** Where Knex has its connections from; of a transaction: its own. Knex's types keep it to themselves. */
interface ConnectionSource {
  acquireConnection(): Promise<Client>;
  releaseConnection(connection: Client): Promise<void>;
}

/** For what Knex has no words for: the driver's own connection, within a transaction that one's. */
export async function withDriverConnection<T>(query: Knex, work: (connection: Client) => Promise<T>): Promise<T> {
  const source = query.client as ConnectionSource;
  const connection = await source.acquireConnection();
  try {
    return await work(connection);
  } finally {
    await source.releaseConnection(connection);
  }
}
