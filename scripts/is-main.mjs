import { realpathSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** Whether the module is what Node was asked to run. */
export function isMain(moduleUrl) {
  const script = process.argv[1];
  return script !== undefined && realpathSync(script) === fileURLToPath(moduleUrl);
}
