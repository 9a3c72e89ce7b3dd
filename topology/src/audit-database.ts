import { existsSync } from "node:fs";
import path from "node:path";
import { keptSecrets } from "./kept-secrets.js";
import type { LauncherSettings } from "./settings.js";

/** The keys that people's values open by: those given; else the one kept in the data directory, when there is one. */
export async function auditWrappingKeys(settings: LauncherSettings, environment: NodeJS.ProcessEnv): Promise<Buffer[]> {
  const isKept = existsSync(path.join(settings.dataDirectory, "secrets.json"));
  const current = settings.auditKeyEncryptionKey ?? (isKept ? (await keptSecrets(settings)).auditKeyEncryptionKey : "");
  const previous = environment.AUDIT_PREVIOUS_KEY_ENCRYPTION_KEYS ?? "";
  return [current, ...previous.split(",")]
    .map((key) => key.trim())
    .filter((key) => key !== "")
    .map((key) => Buffer.from(key, "base64"));
}
