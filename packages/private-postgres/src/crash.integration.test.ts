import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdir, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { query, recordedPostmaster, temporaryFolder } from "./fixtures/directories.js";
import { removePrivatePostgres, startPrivatePostgres, type PrivatePostgres } from "./index.js";
import { isAlive } from "./process-identity.js";

const fixture = fileURLToPath(new URL("fixtures/hold-postgres.mjs", import.meta.url));

describe("a private PostgreSQL that was not stopped in order", () => {
  let folder: string;
  let remove: () => Promise<void>;
  let running: PrivatePostgres | undefined;
  const start = async (): Promise<PrivatePostgres> => (running = await startPrivatePostgres({ directory: folder }));
  const spawnHolder = (): ChildProcess =>
    spawn(process.execPath, [fixture, folder], { stdio: ["ignore", "pipe", "inherit"], detached: true });
  const kill = async (child: ChildProcess): Promise<void> => {
    if (child.kill("SIGKILL")) await once(child, "exit");
  };
  const holdUntilCommitted = async (): Promise<ChildProcess> => {
    const child = spawnHolder();
    if (child.stdout !== null) await once(child.stdout, "data");
    return child;
  };

  beforeEach(async () => {
    ({ folder, remove } = await temporaryFolder());
  });
  afterEach(async () => {
    await running?.stop();
    await remove();
  });

  it("is found again with its data after its process was killed", async () => {
    await kill(await holdUntilCommitted());
    const orphan = await recordedPostmaster(folder);
    expect(isAlive(orphan)).toBe(true);
    const { url } = await start();
    expect(await query(url, "select by_pid from committed")).toEqual([{ by_pid: 1 }]);
    expect(isAlive(orphan)).toBe(false);
  });

  it("refuses a start while another process holds it, and leaves that one's server alone", async () => {
    const holder = await holdUntilCommitted();
    try {
      await expect(start()).rejects.toMatchObject({ name: "DirectoryInUseError", pid: holder.pid });
      expect(isAlive(await recordedPostmaster(folder))).toBe(true);
    } finally {
      await kill(holder);
      await start();
    }
  });

  it("starts again after the server itself was killed, even while a backend of it still computes", async () => {
    const first = await start();
    await query(first.url, "create table kept (n int); insert into kept values (7)");
    // A backend that computes notices late that its postmaster is dead, and holds the shared memory until then.
    const computing = query(first.url, "select count(*) from generate_series(1, 10000000)").catch(() => undefined);
    await sleep(200);
    process.kill(await recordedPostmaster(folder), "SIGKILL");
    await first.stop();
    const second = await start();
    expect(await query(second.url, "select n from kept")).toEqual([{ n: 7 }]);
    await computing;
  });

  it.each(["a process that is gone", "a process of somebody else"])(
    "starts over a pid file that names %s",
    async (who) => {
      await (await start()).stop();
      const child = spawn(process.execPath, ["-e", "setTimeout(() => {}, 60_000)"]);
      if (who === "a process that is gone") await kill(child);
      await writeFile(
        path.join(folder, "cluster", "postmaster.pid"),
        `${String(child.pid)}\n${folder}/cluster\n1\n1\n\n\n\nready\n`,
      );
      await expect(start()).resolves.toBeDefined();
      if (child.exitCode === null && child.signalCode === null) await kill(child);
    },
  );

  it("takes over a lock whose process id now belongs to another process", async () => {
    await writeFile(path.join(folder, "lock"), JSON.stringify({ token: "t", pid: process.pid, birth: "other boot/1" }));
    await expect(start()).resolves.toBeDefined();
  });

  it("takes over a lock that cannot be read", async () => {
    await writeFile(path.join(folder, "lock"), "");
    await expect(start()).resolves.toBeDefined();
  });

  it("never keeps half a cluster, wherever in its first start the process was killed", async () => {
    for (const delay of [200, 300, 400, 500, 600, 700]) {
      const holder = spawnHolder();
      await sleep(delay);
      // Now with its initdb, as when the machine goes down, now alone, so that initdb goes on.
      if (delay % 200 === 0) process.kill(-(holder.pid ?? Number.NaN), "SIGKILL");
      await kill(holder);
    }
    const { url } = await start();
    expect(await query(url, "select 1 as one")).toEqual([{ one: 1 }]);
  });

  it("is removed with the server that is left, but not while its process lives", async () => {
    const holder = await holdUntilCommitted();
    const orphan = await recordedPostmaster(folder);
    await expect(removePrivatePostgres(folder)).rejects.toMatchObject({ name: "DirectoryInUseError" });
    await kill(holder);
    await removePrivatePostgres(folder);
    expect(isAlive(orphan)).toBe(false);
    await expect(stat(folder)).rejects.toMatchObject({ code: "ENOENT" });
  });

  it("removes what an interrupted first start left", async () => {
    await mkdir(path.join(folder, "cluster.draft-0", "base"), { recursive: true });
    await writeFile(path.join(folder, "owner-password"), "");
    const { url } = await start();
    expect(await query(url, "select 1 as one")).toEqual([{ one: 1 }]);
  });
});
