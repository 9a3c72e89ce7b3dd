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

/** A statement that each connection prepares once, under its name. Its parameters are $1, $2 and so on. */
export interface PreparedStatement {
  readonly name: string;
  readonly text: string;
}
export type StatementValue = string | number | null;

/** Sends the statement before it returns: who calls it twice has both sent in that order. */
export async function runPreparedOn<Row extends object>(
  connection: Client,
  statement: PreparedStatement,
  values: readonly StatementValue[],
): Promise<Row[]> {
  const { rows } = await connection.query<Row>({ ...statement, values: [...values] });
  return rows;
}
