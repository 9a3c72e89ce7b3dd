import { spawn } from "node:child_process";
import { once } from "node:events";
import { access, mkdtemp, rm } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { expect, inject, it } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));
const script = inject("supergraph").topology === "embedded" ? "start" : "start:distributed";

it("SUPERGRAPH=FILE starts the gateway alone: no database, no service of ours, no token", async () => {
  const directory = await mkdtemp(path.join(tmpdir(), "gateway-alone-"));
  const port = await freePort();
  const started = spawn("npm", ["run", "-s", script], {
    cwd: root,
    env: {
      ...process.env,
      SUPERGRAPH: path.join(root, "supergraph.graphql"),
      PORT: String(port),
      METRICS_PORT: "off",
      DATA_DIR: path.join(directory, "data"),
    },
    stdio: "ignore",
  });
  try {
    const origin = `http://127.0.0.1:${port}`;
    await expect.poll(() => statusOf(`${origin}/health/ready`), { timeout: 30_000 }).toBe(200);
    const answer = await fetch(`${origin}/graphql`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ query: '{ __type(name: "User") { name } }' }),
    });
    expect(await answer.json()).toEqual({ data: { __type: { name: "User" } } });
    await expect(access(path.join(directory, "data"))).rejects.toMatchObject({ code: "ENOENT" });
    await expect(statusOf(`http://127.0.0.1:${port + 1}/health/live`)).resolves.toBeUndefined();
  } finally {
    started.kill("SIGTERM");
    if (started.exitCode === null) await once(started, "exit");
    await rm(directory, { recursive: true, force: true });
  }
});

async function statusOf(url: string): Promise<number | undefined> {
  return fetch(url).then(
    ({ status }) => status,
    () => undefined,
  );
}

/** With the ports after it, where services of ours would listen, as good as certain to be free. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
