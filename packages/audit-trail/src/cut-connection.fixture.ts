import { connect, createServer, type AddressInfo } from "node:net";

/**
 * Stands before PostgreSQL, and cuts the connection of a client that has sent COMMIT before it hears the answer; `lost`:
 * the COMMIT itself, and what was sent together with it, never gets there.
 */
export async function cutAtCommit(
  databaseUrl: string,
  lost: "answer" | "commit",
): Promise<{ url: string; close: () => Promise<void> }> {
  const { hostname, port } = new URL(databaseUrl);
  const server = createServer((client) => {
    const postgres = connect(Number(port), hostname);
    let hasCommitted = false;
    client.on("data", (data) => {
      hasCommitted ||= data.includes("COMMIT");
      if (hasCommitted && lost === "commit") client.destroy();
      else postgres.write(data);
    });
    postgres.on("data", (answer) => {
      if (hasCommitted) client.destroy();
      else client.write(answer);
    });
    client.on("close", () => postgres.destroy()).on("error", () => undefined);
    postgres.on("close", () => client.destroy()).on("error", () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = new URL(databaseUrl);
  url.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url: url.href, close: () => new Promise((resolve) => server.close(() => resolve())) };
}
