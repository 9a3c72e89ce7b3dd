import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

const commands = {
  chromium: ["chromium", "chromium-browser", "google-chrome"],
  "redis-server": ["redis-server"],
  promtool: ["promtool"],
};

/**
 * Where a tool is that npm can't bring. Undefined where the machine lacks it, after a line that says what is skipped;
 * on CI, which installs them all, that is an error.
 */
export function optionalTool(name) {
  const found = onPath(commands[name]);
  if (found !== undefined) return found;
  if (process.env.CI === "true") throw new Error(`CI must have ${name}.`);
  console.log(`skipped: needs ${name}`);
  return undefined;
}

function onPath(names) {
  const folders = (process.env.PATH ?? "").split(delimiter);
  return folders.flatMap((folder) => names.map((name) => join(folder, name))).find(isExecutable);
}

function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
