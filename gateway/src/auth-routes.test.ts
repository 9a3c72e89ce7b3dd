import { createLog, createServer, type ServiceRequest } from "@supergraph/service";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { authRoutes } from "./auth-routes.js";

describe("what a client sends to auth by the gateway", () => {
  let passed: ServiceRequest[] = [];
  const app = createServer({ name: "test", log: createLog("test", "silent"), isReady: () => Promise.resolve(true) });
  authRoutes(app, (_service, _identity, request) => {
    passed.push(request);
    return Promise.resolve({ status: 200, headers: { "x-session-claims": "secret" }, body: "{}" });
  });
  beforeEach(() => {
    passed = [];
  });
  afterAll(() => app.close());

  it.each([
    ["/oauth/authorize?state=a%2Fb&x=?y", "/oauth/authorize?state=a%2Fb&x=?y"],
    ["/.well-known/jwks.json", "/.well-known/jwks.json"],
    ["/%2ewell-known/jwks.json?a=1", "/.well-known/jwks.json?a=1"],
  ])("goes to the path of the route, however they wrote it: %s", async (url, path) => {
    await app.inject({ url });
    expect(passed).toMatchObject([{ method: "GET", path }]);
  });

  it("brings none of the headers by which services know each other, and gets none", async () => {
    const headers = { "x-claims": "forged", "x-user-id": "somebody", authorization: "Basic eDp5" };
    const { headers: answered } = await app.inject({ method: "POST", url: "/oauth/token", headers, payload: "a=b" });
    expect(passed[0]?.headers).toEqual({ authorization: "Basic eDp5" });
    expect(answered).not.toHaveProperty("x-session-claims");
  });
});
