import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it } from "vitest";

const register = fileURLToPath(new URL("../dist/register.js", import.meta.url));
const root = fileURLToPath(new URL("../../", import.meta.url));

/** A service that says where it listens, and answers, fails, or breaks off in the middle. */
const service = `
  import { Readable } from "node:stream";
  import { setTimeout as sleep } from "node:timers/promises";
  import { createLog, createServer } from "@supergraph/service";
  const app = createServer({ name: "test", log: createLog("test", "error"), isReady: async () => true });
  app.get("/things/:id", () => ({}));
  app.get("/slow", async () => { await sleep(300); return {}; });
  app.get("/broken", (_, reply) =>
    reply.send(Readable.from((async function* () { yield "half"; await sleep(50); throw new Error("half-way"); })())));
  app.get("/endless", (_, reply) =>
    reply.send(Readable.from((async function* () { for (;;) { yield "more"; await sleep(10); } })())));
  console.log("at " + (await app.listen({ host: "127.0.0.1", port: 0 })));
`;

const running: ChildProcess[] = [];
afterEach(async () => {
  for (const child of running.splice(0)) {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill("SIGKILL");
      await once(child, "exit");
    }
  }
});

function run(script: string, environment: Record<string, string>) {
  const child = spawn(process.execPath, ["--import", register, "--input-type=module", "-e", script], {
    cwd: root,
    env: { PATH: process.env.PATH, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  running.push(child);
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (output += String(chunk)));
  /** What the output says in the place of the group. */
  const says = async (pattern: RegExp): Promise<string> => {
    await expect.poll(() => output, { timeout: 20_000 }).toMatch(pattern);
    return pattern.exec(output)?.[1] ?? "";
  };
  return { child, says, output: () => output };
}

const AT = /^at (http:\S+)$/m;
const METRICS_AT = /metrics are at (http:\S+?)"/;
const textAt = async (url: string) => (await fetch(url)).text();

describe("metrics, of what is loaded by node --import", () => {
  it("say in Prometheus's text format how long requests took, by service, route and status, each once", async () => {
    const { says } = run(service, { METRICS_PORT: "0" });
    const [origin, metrics] = [await says(AT), await says(METRICS_AT)];
    for (const path of ["/things/1?a=b", "/things/2", "/slow", "/nothing/3"]) await textAt(origin + path);
    await expect(textAt(`${origin}/broken`)).rejects.toThrow();
    await says(/"request_id":"[0-9a-f-]{36}".*"msg":"a response broke off"/);
    const leaving = new AbortController();
    await fetch(`${origin}/endless`, { signal: leaving.signal });
    leaving.abort();

    const counts = async () => {
      const lines = (await textAt(metrics)).split("\n");
      const found = lines.flatMap((line) => {
        const [, labels = "", count] = /^http_server_request_duration_count\{(.*)\} (\d+)$/.exec(line) ?? [];
        const label = (name: string) => new RegExp(`\\b${name}="([^"]*)"`).exec(labels)?.[1];
        const ending = label("http_response_status_code") ?? label("error_type");
        return count === undefined
          ? []
          : [[label("service_part"), label("http_route"), ending, Number(count)].join(" ")];
      });
      return found.sort();
    };
    await expect
      .poll(counts, { timeout: 10_000 })
      .toEqual([
        "test  404 1",
        "test /broken aborted 1",
        "test /endless aborted 1",
        "test /slow 200 1",
        "test /things/:id 200 2",
      ]);
    const slow = (await textAt(metrics)).split("\n").filter((line) => line.includes('http_route="/slow"'));
    expect(slow.find((line) => line.includes('le="0.25"'))).toMatch(/ 0$/);
    expect(slow.find((line) => line.includes('le="2.5"'))).toMatch(/ 1$/);
  });

  it("say how the process does, at that one address, in a format that a scraper need not guess", async () => {
    const { says } = run(service, { METRICS_PORT: "0", OTEL_SERVICE_NAME: "users" });
    const metrics = await says(METRICS_AT);
    const response = await fetch(metrics);
    expect(response.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
    expect(await response.text()).toMatch(/^target_info\{.*service_name="users"/m);
    await expect.poll(() => textAt(metrics), { timeout: 10_000 }).toMatch(/^nodejs_eventloop_delay_p99\{/m);
    expect((await fetch(new URL("/", metrics))).status).toBe(404);
    expect((await fetch(metrics, { method: "POST" })).status).toBe(404);
  });

  it("are done without by a process whose port is taken, which says so", async () => {
    const taken = createServer((_, response) => response.end("the first's")).listen(0, "127.0.0.1");
    await once(taken, "listening");
    const { port } = taken.address() as AddressInfo;
    try {
      const { says, child, output } = run(service, { METRICS_PORT: String(port) });
      const origin = await says(AT);
      await says(/"level":"warn".*there are no metrics of this process.*EADDRINUSE/);
      expect((await fetch(`${origin}/things/1`)).status).toBe(200);
      expect(await textAt(`http://127.0.0.1:${port}/metrics`)).toBe("the first's");
      expect(child.exitCode).toBeNull();
      expect(output().match(/EADDRINUSE/g)).toHaveLength(1);
    } finally {
      taken.close();
    }
  });

  it.each(["off", "OFF", ""])("are none when METRICS_PORT is %j", async (off) => {
    const { child, output } = run("setTimeout(() => {}, 100)", { METRICS_PORT: off });
    await once(child, "exit");
    expect([child.exitCode, output()]).toEqual([0, ""]);
  });

  it("keep no process that has nothing else to do", async () => {
    const { child, says } = run("setTimeout(() => {}, 100)", { METRICS_PORT: "0" });
    await says(METRICS_AT);
    await once(child, "exit");
    expect(child.exitCode).toBe(0);
  });

  it("are refused at what is no port", async () => {
    const { child, output } = run("", { METRICS_PORT: "eighty" });
    await once(child, "exit");
    expect(child.exitCode).toBe(1);
    expect(output()).toContain("METRICS_PORT=eighty is no port");
  });
});
