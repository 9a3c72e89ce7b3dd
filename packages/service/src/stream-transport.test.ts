import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { setImmediate as turn } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createLog } from "./log.js";
import { breakingOffAtClose } from "./long-body.js";
import { createServer } from "./server.js";
import { httpStreams, inProcessStreams } from "./stream-transport.js";
import type { Transport } from "./transport.js";

const CHUNK = Buffer.alloc(16_384, "x");

describe.each(["in one process", "over HTTP"])("a body that is streamed %s", (kind) => {
  const newApp = () =>
    createServer({ name: "audit", log: createLog("audit", "silent"), isReady: () => Promise.resolve(true) });
  const app = newApp();
  let produced = 0;
  let hasStopped = false;
  async function* chunks(count: number) {
    try {
      for (let number = 0; number < count; number++) {
        if (number % 16 === 0) await turn();
        produced += CHUNK.length;
        yield CHUNK;
      }
    } finally {
      hasStopped = true;
    }
  }
  async function* broken() {
    yield* chunks(20);
    throw new Error("the database is gone");
  }
  const send = (body: AsyncIterable<Buffer>) => Readable.from(body, { objectMode: false });
  app.get<{ Params: { count: string } }>("/chunks/:count", ({ params }, reply) =>
    reply.type("text/plain").send(send(chunks(Number(params.count)))),
  );
  app.get("/broken", (_, reply) => reply.send(send(broken())));
  app.post("/echo", ({ body, headers }) => ({ body, given: headers["x-given"] }));
  app.get("/never", (request) => {
    request.signal.addEventListener("abort", () => (hasStopped = true));
    return new Promise(() => undefined);
  });

  let stream: Transport<"audit" | "auth", Readable>;
  const transportTo = async (server: typeof app): Promise<typeof stream> => {
    if (kind === "in one process") return inProcessStreams(new Map([["audit", server]]));
    await server.listen({ host: "127.0.0.1", port: 0 });
    const audit = `http://127.0.0.1:${(server.server.address() as AddressInfo).port}`;
    return httpStreams({ audit, auth: "http://127.0.0.1:9" });
  };
  beforeAll(async () => {
    stream = await transportTo(app);
  });
  afterAll(() => app.close());
  beforeEach(() => {
    produced = 0;
    hasStopped = false;
  });
  const get = (path: string, options: { timeoutMs?: number; signal?: AbortSignal } = {}) =>
    stream("audit", { method: "GET", path, ...options });

  it("comes with its status and headers, and is whole", async () => {
    const { status, headers, body } = await get("/chunks/100");
    expect([status, headers["content-type"]]).toEqual([200, "text/plain"]);
    const all = (await body.toArray()) as Buffer[];
    expect(Buffer.concat(all)).toHaveLength(100 * CHUNK.length);
  });

  it("takes a request's body and headers along", async () => {
    const headers = { "content-type": "application/json", "x-given": "yes" };
    const { body } = await stream("audit", { method: "POST", path: "/echo", headers, body: '{"a":1}' });
    expect(JSON.parse(Buffer.concat((await body.toArray()) as Buffer[]).toString())).toEqual({
      body: { a: 1 },
      given: "yes",
    });
  });

  it("is produced no faster than it is read", async () => {
    const { body } = await get("/chunks/20000");
    let read = 0;
    let lead = 0;
    for await (const chunk of body) {
      read += (chunk as Buffer).length;
      lead = Math.max(lead, produced - read);
      if (read >= 200 * CHUNK.length) break;
    }
    // Sockets have buffers of some MB in the kernel; of those in this process little is left to lie.
    expect(lead).toBeLessThan(kind === "over HTTP" ? 8_000_000 : 200_000);
  });

  it("stops being produced when its reader turns away", async () => {
    const { body } = await get("/chunks/1000000");
    await once(body, "readable");
    body.destroy();
    await expect.poll(() => hasStopped).toBe(true);
  });

  it("stops being produced when the request is aborted, and ends with an error", async () => {
    const leaving = new AbortController();
    const { body } = await get("/chunks/1000000", { signal: leaving.signal });
    await once(body, "readable");
    leaving.abort();
    await expect(body.toArray()).rejects.toThrow();
    await expect.poll(() => hasStopped).toBe(true);
  });

  it("ends with an error when its producer fails, never as if it were whole", async () => {
    const { status, body } = await get("/broken");
    expect(status).toBe(200);
    await expect(body.toArray()).rejects.toThrow();
  });

  it("may take longer than its headers", async () => {
    const { body } = await get("/chunks/100", { timeoutMs: 300 });
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(Buffer.concat((await body.toArray()) as Buffer[])).toHaveLength(100 * CHUNK.length);
  });

  it("is refused when its headers take too long, when who asked is gone, or when nobody is there", async () => {
    await expect(get("/never", { timeoutMs: 50 })).rejects.toMatchObject({ reason: "TOOK_TOO_LONG" });
    await expect.poll(() => hasStopped).toBe(true);
    await expect(get("/never", { signal: AbortSignal.timeout(50) })).rejects.toMatchObject({
      reason: "SERVICE_OUT_OF_REACH",
    });
    await expect(stream("auth", { method: "GET", path: "/" })).rejects.toMatchObject({
      reason: "SERVICE_OUT_OF_REACH",
    });
  });

  it("is broken off when its server stops, after a while", async () => {
    const stopping = newApp();
    const registered = breakingOffAtClose(stopping, 100);
    stopping.get("/long", (_, reply) => reply.send(registered(send(chunks(1_000_000)))));
    const { body } = await (await transportTo(stopping))("audit", { method: "GET", path: "/long" });
    const read = body.toArray();
    const closed = stopping.close();
    await expect(read).rejects.toThrow();
    await closed;
    expect(hasStopped).toBe(true);
  });
});
