import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, it } from "vitest";
import { runningRetention } from "../fixtures/retention.fixture.js";
import { readArchive } from "./read-archive.js";

const KILLS = 6;
const retireOnce = fileURLToPath(new URL("../../dist/retention/retire-once.fixture.js", import.meta.url));

let audit: Awaited<ReturnType<typeof runningRetention>>;

beforeEach(async () => {
  if (!existsSync(retireOnce)) throw new Error("The service is not built: npm run build");
  audit = await runningRetention();
});
afterEach(() => audit.close());

/** A process that retires; killed so long after it has begun, unless it is through by then. Answers its exit code. */
async function retire(killAfterMs?: number): Promise<number | null> {
  const child = spawn(process.execPath, [retireOnce, audit.disposable.url("audit"), audit.archiveDirectory], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exit = once(child, "exit") as Promise<[number | null]>;
  if (killAfterMs !== undefined) {
    await Promise.race([once(child.stdout, "data"), exit]);
    await pause(killAfterMs);
    child.kill("SIGKILL");
  }
  return (await exit)[0];
}

it("whoever retires may be killed again and again: no event is lost, and each month is retired once", async () => {
  const written = await audit.seal(1_536);
  const killed: (number | null)[] = [];
  for (let kill = 0; kill < KILLS; kill++) killed.push(await retire(50 + kill * 200));
  expect(killed).toContain(null);
  // The lock of the killed goes with its connection.
  await expect
    .poll(
      async () => {
        await retire();
        return (await audit.partitions()).filter((name) => name.startsWith("event_30_"));
      },
      { timeout: 60_000 },
    )
    .toEqual([]);

  const archived: string[] = [];
  for (const file of (await audit.archives()).filter((name) => name.endsWith(".gz"))) {
    await readArchive(path.join(audit.archiveDirectory, file), audit.parts.signer.verifierKey);
    for (const { id } of (await audit.archive(file)).slice(0, -1)) archived.push(String(id));
  }
  const sessions = written.filter(({ action }) => action === "session.end").map(({ id }) => id);
  expect(archived.sort()).toEqual(sessions.sort());
  await audit.sealAll();
  const told = await audit.parts.database.run((query) =>
    query("event").where({ action: "audit.retire" }).orderBy("entity_id").pluck("entity_id"),
  );
  expect(told).toEqual(["event_30_202601", "event_30_202602", "event_30_202603"]);
}, 240_000);
