import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { hasBrowser, launchBrowser } from "../harness/browser.js";
import { Client, register, signIn, unique } from "../harness/client.js";
import { linkTo } from "../harness/mailbox.js";

if (hasBrowser) {
  describe("somebody who follows a mailed link in a browser", () => {
    let browser: Browser;
    let page: Page;
    const faults: string[] = [];
    beforeAll(async () => {
      browser = await launchBrowser();
      page = await browser.newPage();
      page.on("pageerror", ({ message }) => faults.push(message));
      page.on("console", (message) => message.type() === "error" && faults.push(message.text()));
    });
    afterAll(() => browser.close());

    it("verifies their address by a button; the token is gone from the address bar", async () => {
      const person = await register("Paige");
      const link = await linkTo(person.email, "Verify your e-mail address");
      await page.goto(link.href);
      expect(page.url()).not.toContain("token");
      expect(await person.data("{ me { emailVerified } }")).toEqual({ me: { emailVerified: false } });
      await page.getByRole("button", { name: "Verify" }).click();
      await page.getByText("Your e-mail address is verified.").waitFor();
      expect(await person.data("{ me { emailVerified } }")).toEqual({ me: { emailVerified: true } });

      await page.goto(link.href);
      await page.getByRole("button", { name: "Verify" }).click();
      await page.getByText("The link is not valid").waitFor();
      expect(faults).toEqual([]);
    });

    it("sets a new password, and is told what is wrong with one", async () => {
      const person = await register("Passie");
      await new Client().data("mutation ($email: String!) { requestPasswordReset(email: $email) }", {
        email: person.email,
      });
      await page.goto((await linkTo(person.email, "Set a new password")).href);
      const field = page.getByLabel("New password");
      await field.fill("short");
      await page.getByRole("button", { name: "Set the password" }).click();
      await page.getByText("must be 12 to 72 bytes").waitFor();
      const chosen = `typed by hand ${unique()}`;
      await field.fill(chosen);
      await page.getByRole("button", { name: "Set the password" }).click();
      await page.getByText("Your new password is set.").waitFor();
      expect((await signIn(person.email, chosen)).id).toBe(person.id);
      expect(faults).toEqual([]);
    });

    it("finds the mails of development from the page to begin at", async () => {
      await page.goto(inject("supergraph").origin);
      await page.getByRole("link", { name: "/dev/mail" }).click();
      await page.getByRole("heading", { name: "Mail", exact: true }).waitFor();
      expect(await page.getByRole("link", { name: "Open the link of this mail" }).count()).toBeGreaterThan(0);
    });
  });
}
