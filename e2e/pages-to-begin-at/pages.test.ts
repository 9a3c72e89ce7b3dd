import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { hasBrowser, launchBrowser } from "../harness/browser.js";

describe("a client that is no browser", () => {
  it("finds links in JSON at the root", async () => {
    const response = await fetch(inject("supergraph").origin, { headers: { accept: "application/json" } });
    expect(response.headers.get("content-type")).toContain("application/json");
    expect(JSON.stringify(await response.json())).toContain("/graphql");
  });
});

if (hasBrowser) {
  describe("a browser", () => {
    let browser: Browser;
    let page: Page;
    const faults: string[] = [];
    beforeAll(async () => {
      browser = await launchBrowser();
      page = await browser.newPage();
      page.on("pageerror", ({ message }) => faults.push(message));
      // No page may need another host: that is what offline means.
      await page.route(
        (url) => url.origin !== inject("supergraph").origin && url.protocol.startsWith("http"),
        (route) => route.abort(),
      );
    });
    afterAll(() => browser.close());

    it("is offered Sandbox, GraphiQL, and operations to try", async () => {
      await page.goto(inject("supergraph").origin);
      expect(await page.getByRole("link", { name: /sandbox/i }).count()).toBeGreaterThan(0);
      expect(await page.getByRole("link", { name: /graphiql/i }).count()).toBeGreaterThan(0);
      expect(await page.textContent("body")).toContain("defineEntityType");
      expect(faults).toEqual([]);
    });

    it("is told of GraphiQL when Sandbox can't be loaded", async () => {
      await page.goto(`${inject("supergraph").origin}/sandbox`);
      await page.getByRole("link", { name: /graphiql/i }).waitFor();
    });

    it("runs an operation in GraphiQL, without any other host", { timeout: 120_000 }, async () => {
      faults.length = 0;
      const query = encodeURIComponent("query Hello { __typename passwordPolicy { maximumBytes } }");
      await page.goto(`${inject("supergraph").origin}/graphiql?query=${query}`);
      const run = page.getByRole("button", { name: /execute query/i });
      await run.waitFor({ timeout: 60_000 });
      await run.click();
      await expect.poll(() => page.innerText("body"), { timeout: 30_000 }).toMatch(/"maximumBytes":\s*72/);
      expect(faults).toEqual([]);
    });
  });
}
