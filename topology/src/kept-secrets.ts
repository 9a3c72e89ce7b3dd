import { randomBytes } from "node:crypto";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { wordsOf } from "./error-words.js";
import type { LauncherSettings } from "./settings.js";

const kept = z.object({
  gatewaySecret: z.string(),
  authKeyEncryptionKey: z.string(),
  auditKeyEncryptionKey: z.string(),
  administratorPassword: z.string(),
  rolePasswords: z.object({ users: z.string(), auth: z.string(), dynamic: z.string(), audit: z.string() }),
});

export type KeptSecrets = z.output<typeof kept>;

const secret = () => randomBytes(32).toString("base64");
/** Easy to copy from a terminal: no character that ends a double click. */
export const readablePassword = () => randomBytes(12).toString("hex");

/** The secrets of this installation: made at the first start, kept in the data directory for its owner alone. */
export async function keptSecrets(settings: LauncherSettings): Promise<KeptSecrets> {
  const file = path.join(settings.dataDirectory, "secrets.json");
  const stored = await readKept(file);
  return {
    ...stored,
    gatewaySecret: settings.gatewaySecret ?? stored.gatewaySecret,
    authKeyEncryptionKey: settings.authKeyEncryptionKey ?? stored.authKeyEncryptionKey,
    auditKeyEncryptionKey: settings.auditKeyEncryptionKey ?? stored.auditKeyEncryptionKey,
    administratorPassword: settings.administrator.password ?? stored.administratorPassword,
  };
}

async function readKept(file: string): Promise<KeptSecrets> {
  const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw new Error(`DATA_DIR ${path.dirname(file)} can't be read: ${error.message}`, { cause: error });
  });
  if (text !== undefined) {
    const found = parseKept(file, text);
    const { auditKeyEncryptionKey = secret(), ...others } = found;
    const completed = { ...others, auditKeyEncryptionKey };
    if (found.auditKeyEncryptionKey === undefined) await keep(file, completed);
    return completed;
  }
  const made: KeptSecrets = {
    gatewaySecret: secret(),
    authKeyEncryptionKey: secret(),
    auditKeyEncryptionKey: secret(),
    administratorPassword: readablePassword(),
    rolePasswords: { users: secret(), auth: secret(), dynamic: secret(), audit: secret() },
  };
  await keep(file, made);
  return made;
}

async function keep(file: string, secrets: KeptSecrets): Promise<void> {
  try {
    await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
    // Renamed into place: a start that is killed here leaves no half a file, whose keys would be lost.
    const draft = `${file}.${process.pid}`;
    await writeFile(draft, `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600 });
    await rename(draft, file);
  } catch (cause) {
    throw new Error(`DATA_DIR ${path.dirname(file)} can't be written: ${wordsOf(cause)}`, { cause });
  }
}

/** What was kept before there was an audit key has none. */
type FoundSecrets = Omit<KeptSecrets, "auditKeyEncryptionKey"> & { auditKeyEncryptionKey?: string | undefined };

function parseKept(file: string, text: string): FoundSecrets {
  try {
    return kept.partial({ auditKeyEncryptionKey: true }).parse(JSON.parse(text));
  } catch (cause) {
    throw new Error(`${file} can't be read. It holds the keys of this installation: restore it, or remove the data.`, {
      cause,
    });
  }
}
