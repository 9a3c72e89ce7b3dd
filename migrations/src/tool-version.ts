import { createRequire } from "node:module";

const { version } = createRequire(import.meta.url)("../package.json") as { version: string };

/** The version of these migrations' tool, as the ledger records it. */
export const TOOL_VERSION = version;
