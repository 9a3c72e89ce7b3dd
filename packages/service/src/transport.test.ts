import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { AddressInfo } from "node:net";
import { createLog } from "./log.js";
import { createServer } from "./server.js";
import { httpTransport, inProcessTransport, type Transport } from "./transport.js";

const app = createServer({ name: "users", log: createLog("users", "silent"), isReady: () => Promise.resolve(true) });
app.post("/echo", ({ body, headers }) => ({ body, given: headers["x-given"] }));
app.get("/never", () => new Promise(() => undefined));

describe.each(["in one process", "over HTTP"])("a call %s", (kind) => {
  let transport: Transport;
  beforeAll(async () => {
    await app.ready();
    if (kind === "in one process") {
      transport = inProcessTransport(new Map([["users", app]]));
      return;
    }
    await app.listen({ host: "127.0.0.1", port: 0 });
    const url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
    transport = httpTransport({ users: url, auth: "http://127.0.0.1:9", dynamic: url, audit: url });
  });
  afterAll(async () => {
    if (kind === "over HTTP") await app.close();
  });

  it("brings status, headers and body", async () => {
    const headers = { "content-type": "application/json", "x-given": "yes" };
    const answer = await transport("users", { method: "POST", path: "/echo", headers, body: '{"a":1}' });
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.body)).toEqual({ body: { a: 1 }, given: "yes" });
    expect(answer.headers["content-type"]).toContain("application/json");
  });

  it("says that it took too long, or that nobody is there", async () => {
    await expect(transport("users", { method: "GET", path: "/never", timeoutMs: 50 })).rejects.toMatchObject({
      reason: "TOOK_TOO_LONG",
    });
    await expect(transport("auth", { method: "GET", path: "/" })).rejects.toMatchObject({
      reason: "SERVICE_OUT_OF_REACH",
    });
  });

  it("ends when its caller's signal does, before and during it", async () => {
    const outer = new AbortController();
    const running = transport("users", { method: "GET", path: "/never", signal: outer.signal });
    outer.abort();
    await expect(running).rejects.toMatchObject({ reason: "SERVICE_OUT_OF_REACH" });
    const late = transport("users", { method: "GET", path: "/never", signal: outer.signal });
    await expect(late).rejects.toMatchObject({ reason: "SERVICE_OUT_OF_REACH" });
  });
});
