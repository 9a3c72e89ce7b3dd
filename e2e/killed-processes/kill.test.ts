import { readFileSync } from "node:fs";
import path from "node:path";
import { afterEach, describe, expect, inject, it } from "vitest";
import { Client, signIn, unique, type Person } from "../harness/client.js";
import { startSupergraph, type Supergraph } from "../harness/supergraph.js";

const WRITERS = 8;

/** Creates notes until told to stop; keeps the ids of those whose creation was answered. */
function writeUntilStopped(admin: Person, answered: string[]): { stop: () => Promise<void> } {
  let isStopped = false;
  const writers = Array.from({ length: WRITERS }, async () => {
    while (!isStopped) {
      const answer = await admin
        .send<{ createNote: { id: string } }>(`mutation { createNote(input: { text: "${unique()}" }) { id } }`)
        .catch(() => undefined);
      if (answer?.data?.createNote) answered.push(answer.data.createNote.id);
    }
  });
  return {
    stop: async () => {
      isStopped = true;
      await Promise.all(writers);
    },
  };
}

async function everyId<Data>(
  client: Client,
  query: (after: string | null) => string,
  of: (data: Data) => Page,
): Promise<string[]> {
  const ids: string[] = [];
  let after: string | null = null;
  do {
    const page: Page = of(await client.data<Data>(query(after)));
    ids.push(...page.ids);
    after = page.next;
  } while (after !== null);
  return ids;
}

interface Page {
  ids: string[];
  next: string | null;
}

interface Notes {
  notes: { nodes: { id: string }[]; pageInfo: { hasNextPage: boolean; endCursor: string } };
}

interface Events {
  auditEvents: { nodes: { target: { id: string } }[]; pageInfo: { hasNextPage: boolean; endCursor: string } };
}

const quoted = (cursor: string | null) => (cursor === null ? "null" : JSON.stringify(cursor));
const next = ({ hasNextPage, endCursor }: { hasNextPage: boolean; endCursor: string }) =>
  hasNextPage ? endCursor : null;

/** Each note that was answered is there, and each note that is there has its one event. */
async function expectNothingLost(admin: Person, answered: readonly string[]): Promise<void> {
  const notes = await everyId(
    admin,
    (after) => `{ notes(first: 100, after: ${quoted(after)}) { nodes { id } pageInfo { hasNextPage endCursor } } }`,
    ({ notes: { nodes, pageInfo } }: Notes) => ({ ids: nodes.map(({ id }) => id), next: next(pageInfo) }),
  );
  const events = await everyId(
    admin,
    (
      after,
    ) => `{ auditEvents(first: 100, after: ${quoted(after)}, filter: { actions: ["entity.create"], outcome: SUCCESS }) {
      nodes { target { id } } pageInfo { hasNextPage endCursor } } }`,
    ({ auditEvents: { nodes, pageInfo } }: Events) => ({
      ids: nodes.map(({ target }) => target.id),
      next: next(pageInfo),
    }),
  );
  expect(answered.filter((id) => !notes.includes(id))).toEqual([]);
  expect(events.toSorted()).toEqual(notes.toSorted());
}

/** The newest process of a service, as the launcher's log names it. */
function pidOf(service: string, { output }: Supergraph): number {
  const pids = output()
    .split("\n")
    .filter((line) => line.includes(`"child":"${service}"`) && line.includes("started a process"))
    .map((line) => (JSON.parse(line) as { pid: number }).pid);
  return pids.at(-1) ?? -1;
}

describe("kill -9 in the middle of writes", () => {
  let supergraph: Supergraph | undefined;
  afterEach(async () => {
    await supergraph?.stop();
    await supergraph?.remove();
  });

  const begin = async () => {
    supergraph = await startSupergraph(inject("supergraph").topology);
    const { administrator } = supergraph;
    const admin = await signIn(administrator.email, administrator.password, `${supergraph.origin}/graphql`);
    await admin.data(
      'mutation { defineEntityType(input: { name: "Note", pluralName: "notes", fields: [{ name: "text", kind: STRING }] }) { name } }',
    );
    return { supergraph, admin };
  };

  it(
    "of everything loses no change that was answered and no event of one, and the next start finds them",
    { timeout: 180_000 },
    async () => {
      let { admin } = await begin();
      const answered: string[] = [];
      const writing = writeUntilStopped(admin, answered);
      await expect.poll(() => answered.length, { timeout: 20_000 }).toBeGreaterThan(40);
      await supergraph?.kill();
      await writing.stop();

      const { dataDirectory, topology } = supergraph as Supergraph;
      supergraph = await startSupergraph(topology, { dataDirectory });
      const { administrator } = supergraph;
      admin = await signIn(administrator.email, administrator.password, `${supergraph.origin}/graphql`);
      await expectNothingLost(admin, answered);
    },
  );

  it("of PostgreSQL alone is recovered from without a restart of the rest", { timeout: 180_000 }, async () => {
    const { admin, supergraph: running } = await begin();
    const answered: string[] = [];
    const writing = writeUntilStopped(admin, answered);
    await expect.poll(() => answered.length, { timeout: 20_000 }).toBeGreaterThan(40);
    const [pid] = readFileSync(path.join(running.dataDirectory, "postgres/cluster/postmaster.pid"), "utf8").split("\n");
    process.kill(Number(pid), "SIGKILL");
    const before = answered.length;
    await expect.poll(() => answered.length, { timeout: 60_000 }).toBeGreaterThan(before + 40);
    await writing.stop();
    await expectNothingLost(admin, answered);
  });

  // Embedded, there is one process for all services: the first test kills it.
  if (inject("supergraph").topology === "distributed") {
    it("of one service after another is recovered from: each is started again", { timeout: 180_000 }, async () => {
      const { admin, supergraph: running } = await begin();
      const answered: string[] = [];
      const writing = writeUntilStopped(admin, answered);
      for (const name of ["dynamic", "audit", "users", "auth", "gateway"]) {
        const before = answered.length;
        await expect.poll(() => answered.length, { timeout: 30_000 }).toBeGreaterThan(before + 10);
        process.kill(pidOf(name, running), "SIGKILL");
      }
      const before = answered.length;
      await expect.poll(() => answered.length, { timeout: 30_000 }).toBeGreaterThan(before + 20);
      await writing.stop();
      await expectNothingLost(admin, answered);
    });
  }
});
