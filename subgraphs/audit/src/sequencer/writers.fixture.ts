import { setTimeout as pause } from "node:timers/promises";
import { subgraphNames } from "@supergraph/service";
import { anEvent, type outboxesOf } from "../fixtures/audit-log.fixture.js";

class ChangeGivenUp extends Error {}

/**
 * Eight writers, two a service, that commit changes of a few events each until they are stopped; every fifth change is
 * rolled back. Answers with the ids of the events that were committed.
 */
export function writersInto(outboxes: ReturnType<typeof outboxesOf>) {
  const committed: string[] = [];
  let isStopped = false;

  const write = async (service: (typeof subgraphNames)[number]): Promise<void> => {
    for (let change = 0; !isStopped; change++) {
      const events = Array.from({ length: 1 + (change % 9) }, () => anEvent({ service }));
      const work = outboxes.database(service).unitOfWork(async () => {
        await outboxes.write(service, events);
        // What is written first may be committed last.
        if (change % 7 === 0) await pause(20);
        if (change % 5 === 4) throw new ChangeGivenUp();
      });
      const isCommitted = await work.then(
        () => true,
        (error: unknown) => {
          if (error instanceof ChangeGivenUp) return false;
          throw error;
        },
      );
      if (isCommitted) committed.push(...events.map(({ id }) => id));
    }
  };

  const writing = Promise.all([...subgraphNames, ...subgraphNames].map(write));
  return {
    committed,
    stop: async (): Promise<string[]> => {
      isStopped = true;
      await writing;
      return committed;
    },
  };
}
