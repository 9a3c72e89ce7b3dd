import { SystemError } from "@supergraph/errors";
import { afterEach, describe, expect, it } from "vitest";
import { createLog } from "./log.js";
import { currentRequest } from "./request-context.js";
import { createServer } from "./server.js";

const uuid = "01990000-0000-7000-8000-000000000001";

describe("a service's HTTP server", () => {
  let isReady: () => Promise<boolean> = () => Promise.resolve(true);
  const app = createServer({ name: "test", log: createLog("test", "silent"), isReady: () => isReady() });
  app.get("/context", () => ({ requestId: currentRequest()?.requestId }));
  app.get("/known", () => Promise.reject(new SystemError("STALE_VERSION", { currentVersion: 4 })));
  app.get("/limited", () => Promise.reject(new SystemError("TOO_MANY_REQUESTS", { retryAfterSeconds: 7 })));
  app.get("/unknown", () => Promise.reject(new Error("the password is hunter2")));
  app.post("/body", ({ body }) => body);
  afterEach(() => {
    isReady = () => Promise.resolve(true);
  });

  it("keeps a request id that is a UUID, makes one otherwise, and echoes it", async () => {
    const given = await app.inject({ url: "/context", headers: { "x-request-id": uuid } });
    expect(given.json()).toEqual({ requestId: uuid });
    expect(given.headers["x-request-id"]).toBe(uuid);
    const made = await app.inject({ url: "/context", headers: { "x-request-id": "'; drop table" } });
    expect(made.headers["x-request-id"]).toMatch(/^[0-9a-f-]{36}$/);
  });

  it("answers an error of the catalogue with its code and status", async () => {
    const response = await app.inject({ url: "/known", headers: { "x-request-id": uuid } });
    expect(response.statusCode).toBe(409);
    expect(response.json()).toEqual({
      errors: [
        {
          message: "Somebody changed it in the meantime.",
          extensions: { code: "CONFLICT", reason: "STALE_VERSION", currentVersion: 4, requestId: uuid },
        },
      ],
    });
  });

  it("says in a header when to come back", async () => {
    const limited = await app.inject("/limited");
    expect([limited.statusCode, limited.headers["retry-after"]]).toEqual([429, "7"]);
    expect((await app.inject("/known")).headers).not.toHaveProperty("retry-after");
  });

  it("masks an error that nobody foresaw", async () => {
    const response = await app.inject("/unknown");
    expect(response.statusCode).toBe(500);
    expect(response.body).not.toContain("hunter2");
    expect(response.json()).toMatchObject({ errors: [{ extensions: { code: "INTERNAL_SERVER_ERROR" } }] });
  });

  it("refuses a body over 1 MiB, and one that is no JSON", async () => {
    const headers = { "content-type": "application/json" };
    const large = await app.inject({
      method: "POST",
      url: "/body",
      headers,
      payload: JSON.stringify("x".repeat(1_100_000)),
    });
    expect([large.statusCode, large.json()]).toMatchObject([
      413,
      { errors: [{ extensions: { reason: "BODY_TOO_LARGE" } }] },
    ]);
    const broken = await app.inject({ method: "POST", url: "/body", headers, payload: '{"a":' });
    expect([broken.statusCode, broken.json()]).toMatchObject([
      400,
      { errors: [{ extensions: { reason: "BODY_NOT_JSON" } }] },
    ]);
  });

  it("is ready when all it needs is, and says 503 when it is not or asking fails", async () => {
    expect((await app.inject("/health/ready")).statusCode).toBe(200);
    isReady = () => Promise.resolve(false);
    expect((await app.inject("/health/ready")).statusCode).toBe(503);
    isReady = () => Promise.reject(new Error("no database"));
    expect((await app.inject("/health/ready")).statusCode).toBe(503);
    expect((await app.inject("/health/live")).statusCode).toBe(200);
  });
});
