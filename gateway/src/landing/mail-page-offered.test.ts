import { expect, it } from "vitest";
import { TestSupergraph } from "../supergraph.fixture.js";

it.each([
  ["in development, on this machine", true, {}],
  ["in production", false, { NODE_ENV: "production" }],
  ["where others can reach it, whatever NODE_ENV says", false, { HOST: "0.0.0.0" }],
])("the page of mails is offered %s: %o", async (_, isOffered, environment) => {
  const supergraph = await TestSupergraph.start(environment);
  const html = { accept: "text/html", host: "localhost" };
  const landing = await supergraph.get("/", html);
  const mail = await supergraph.get("/dev/mail", html);
  await supergraph.stop();
  expect(landing.body.includes("/dev/mail")).toBe(isOffered);
  // The auth service of these tests keeps no mails: the page says so, where there is a page.
  expect(mail.statusCode).toBe(404);
  expect(mail.headers["content-type"]).toContain(isOffered ? "text/html" : "application/json");
});
