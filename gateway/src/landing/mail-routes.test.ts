import type { ServiceCaller } from "@supergraph/service";
import { createLog, createServer } from "@supergraph/service";
import { expect, it } from "vitest";
import { isLoopback, mailRoutes } from "./mail-routes.js";

const letter = {
  to: "ada@example.com",
  subject: "<b>Verify</b>",
  text: "Open http://localhost:4000/account/verify-email?token=t",
  links: ["http://localhost:4000/account/verify-email?token=t"],
  sentAt: "2026-11-24T00:00:00.000Z",
};

function served(status = 200) {
  const app = createServer({
    name: "gateway",
    log: createLog("gateway", "silent"),
    isReady: () => Promise.resolve(true),
  });
  const call: ServiceCaller = (_service, identity, { path }) => {
    expect(identity.caller).toMatchObject({ sub: "gateway", client: "service" });
    expect(path).toBe("/internal/mail-outbox");
    return Promise.resolve({ status, headers: {}, body: JSON.stringify([letter]) });
  };
  mailRoutes(app, call);
  return (headers: Record<string, string>) =>
    app.inject({ url: "/dev/mail", headers: { host: "localhost:4000", ...headers } });
}

it("the mails of development are JSON for programs, and a page for people that escapes them", async () => {
  const get = served();
  expect((await get({ accept: "application/json" })).json()).toEqual([letter]);
  const { body, headers } = await get({ accept: "text/html" });
  expect(body).toContain("&lt;b&gt;Verify&lt;/b&gt;");
  expect(body).toContain(`href="${letter.links[0]}"`);
  expect(headers["content-security-policy"]).not.toContain("script-src");
});

it("they are shown to nobody who reached this machine under another name", async () => {
  const answer = await served()({ host: "rebound.example", accept: "application/json" });
  expect(answer.statusCode).toBe(404);
  expect(answer.body).not.toContain(letter.to);
});

it("there are none where auth keeps none", async () => {
  const get = served(404);
  expect((await get({ accept: "application/json" })).statusCode).toBe(404);
  expect((await get({ accept: "text/html" })).body).toContain("SMTP");
});

it.each([
  ["localhost", true],
  ["127.0.0.1", true],
  ["::1", true],
  ["0.0.0.0", false],
  ["127.0.0.1.example.com", false],
  ["localhost.example.com", false],
])("this machine is %s: %s", (host, expected) => {
  expect(isLoopback(host)).toBe(expected);
});
