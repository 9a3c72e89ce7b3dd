import { chromium, type Browser } from "playwright-core";
import { optionalTool } from "../../scripts/optional-tool.mjs";

const executablePath = optionalTool("chromium");

export const hasBrowser = executablePath !== undefined;

/** A Chromium that asks nobody outside for anything on its own account. */
export function launchBrowser(): Promise<Browser> {
  if (executablePath === undefined) throw new Error("There is no Chromium on this machine");
  const args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-sync"];
  return chromium.launch({ executablePath, args });
}
