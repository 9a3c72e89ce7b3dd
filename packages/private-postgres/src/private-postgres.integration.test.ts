import { chmod, mkdir, readdir, stat } from "node:fs/promises";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { query, temporaryFolder } from "./fixtures/directories.js";
import { DirectoryInUseError, privatePostgresUrl, startPrivatePostgres, type PrivatePostgres } from "./index.js";

describe("a private PostgreSQL", () => {
  let folder: string;
  let remove: () => Promise<void>;
  let running: PrivatePostgres | undefined;
  const start = async (directory = folder): Promise<PrivatePostgres> =>
    (running = await startPrivatePostgres({ directory, settings: { fsync: "off" } }));

  beforeEach(async () => {
    ({ folder, remove } = await temporaryFolder());
  });
  afterEach(async () => {
    await running?.stop();
    await remove();
  });

  it("starts in a folder that does not exist yet, below one that only we may enter", async () => {
    const closed = path.join(folder, "closed");
    await mkdir(closed);
    await chmod(closed, 0o700);
    const postgres = await start(path.join(closed, "data", "postgres"));
    expect(await query(postgres.url, "select current_user, current_database()")).toEqual([
      { current_user: "owner", current_database: "supergraph" },
    ]);
  });

  it("speaks UTF-8, sorts the same everywhere and asks for a password", async () => {
    const { url } = await start();
    const rows = await query(
      url,
      `select pg_encoding_to_char(encoding) encoding, datlocprovider provider, datlocale locale
       from pg_database where datname = current_database()`,
    );
    expect(rows).toEqual([{ encoding: "UTF8", provider: "b", locale: "C.UTF-8" }]);
    const wrong = new URL(url);
    wrong.password = "wrong";
    await expect(query(wrong.href, "select 1")).rejects.toMatchObject({ code: "28P01" });
  });

  it("listens on the loopback address alone, without sockets in the file system", async () => {
    const { url } = await start();
    const rows = await query(
      url,
      "select current_setting('listen_addresses') a, current_setting('unix_socket_directories') s",
    );
    expect(rows).toEqual([{ a: "127.0.0.1", s: "" }]);
  });

  it("keeps its data over a restart", async () => {
    const first = await start();
    await query(first.url, "create table kept (n int); insert into kept values (7)");
    await first.stop();
    const second = await start();
    expect(await query(second.url, "select n from kept")).toEqual([{ n: 7 }]);
  });

  it("uses the port and the settings that it is given", async () => {
    const { port } = await start();
    await running?.stop();
    running = await startPrivatePostgres({ directory: folder, port, settings: { work_mem: "5MB" } });
    expect(running.port).toBe(port);
    expect(await query(running.url, "show work_mem")).toEqual([{ work_mem: "5MB" }]);
  });

  it("tells its address while it runs, and nothing once it has stopped", async () => {
    expect(await privatePostgresUrl(folder)).toBeUndefined();
    const postgres = await start();
    expect(await privatePostgresUrl(folder)).toBe(postgres.url);
    await postgres.stop();
    expect(await privatePostgresUrl(folder)).toBeUndefined();
  });

  it("leaves no lock, address or draft behind when it stops, and keeps the password to us", async () => {
    const postgres = await start();
    await postgres.stop();
    expect((await readdir(folder)).sort()).toEqual(["cluster", "log", "owner-password"]);
    expect((await stat(path.join(folder, "owner-password"))).mode & 0o777).toBe(0o600);
  });

  it("refuses a second start while it runs, naming the directory and the process", async () => {
    await start();
    const refusal = await startPrivatePostgres({ directory: folder }).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(DirectoryInUseError);
    expect(refusal).toMatchObject({ pid: process.pid });
    expect(String(refusal)).toContain(folder);
    expect(String(refusal)).toContain(String(process.pid));
  });

  it("says what PostgreSQL said when a setting is wrong, and gives the directory back", async () => {
    const wrong = startPrivatePostgres({ directory: folder, settings: { shared_buffers: "lots" } });
    await expect(wrong).rejects.toThrow(/shared_buffers/);
    await expect(start()).resolves.toBeDefined();
  });
});
