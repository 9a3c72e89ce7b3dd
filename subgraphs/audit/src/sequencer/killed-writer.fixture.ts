import { AuditTrail } from "@supergraph/audit-trail";
import { Database, newId } from "@supergraph/persistence";
import { createLog, type SubgraphName } from "@supergraph/service";

/** The service that writes, and the connection strings of its role. */
export interface WriterArguments {
  service: SubgraphName;
  url: string;
  writers: number;
}

/** Every tenth change is given up: it must leave an event of its failure, and nothing else. */
class GivenUp extends Error {}

/**
 * A process that changes its service's table `change` as fast as it can, each change audited as every mutation is, by
 * several writers at once, until it is killed. What can't be done now is tried again.
 */
async function writeUntilKilled({ service, url, writers }: WriterArguments): Promise<never> {
  const database = new Database({ url, schema: service, maximumConnections: writers });
  const trail = new AuditTrail(service, database, createLog(service, "silent"));
  const identity = { caller: undefined, request: { ip: "192.0.2.1", userAgent: "test" } };
  const change = async (turn: number): Promise<void> => {
    const id = newId();
    const details = { target: { type: "Change", id } };
    await trail.attempt({ action: "change.create", identity, path: "createChange", details }, async () => {
      await database.run((query) => query("change").insert({ id }));
      if (turn % 10 === 9) throw new GivenUp();
    });
  };
  const write = async (): Promise<never> => {
    for (let turn = 0; ; turn++) await change(turn).catch(() => new Promise((resolve) => setTimeout(resolve, 20)));
  };
  return Promise.race(Array.from({ length: writers }, write));
}

const [given] = process.argv.slice(2);
if (given !== undefined) await writeUntilKilled(JSON.parse(given) as WriterArguments);
