import { NoteError, NoteSigner, parseVerifierKey, splitNotes, type NoteVerifier } from "@supergraph/audit-proof";
import { Database } from "@supergraph/persistence";
import { PersonKeys } from "../personal/person-keys.js";
import { PersonalValueRepository } from "../personal/personal-value.repository.js";
import { WrappingKeys } from "../personal/wrapping-keys.js";
import { SecretRepository } from "../secret/secret.repository.js";
import { ServiceSecrets } from "../secret/service-secrets.js";
import { TreeRepository } from "../tree/tree.repository.js";
import { LogVerifier, NoSuchRange, type LogVerdict } from "./log-verifier.js";
import { Problems } from "./problems.js";
import { VerificationRepository } from "./verification.repository.js";

export interface StoredLogOptions {
  /** The connection string of who may read the whole schema: the owner. */
  url: string;
  /** The key that wraps the log's keys, and those that it has replaced; none: people's values are not checked. */
  wrappingKeys: readonly Uint8Array[];
  /** The log's verifier key; read from the log, where its wrapping key opens it, unless given. */
  verifierKey: string | undefined;
  /** Notes that a witness kept, one after another. */
  checkpoints: string | undefined;
  from: number | undefined;
  to: number | undefined;
}

export interface StoredLogVerdict extends LogVerdict {
  /** The key that the checkpoints were opened with, in C2SP's form. */
  verifierKey: string;
  /** Undefined: people's values were checked. */
  valuesUnchecked: string | undefined;
  /** How many checkpoints of a witness it was compared with. */
  compared: number;
}

/** Why a log can't be checked, in words for people. */
export class UnverifiableLog extends Error {}

/**
 * Checks the log of a database, and changes nothing there.
 * @throws UnverifiableLog when what is given doesn't suffice, or isn't what it should be; else what the driver throws
 */
export async function verifyStoredLog(options: StoredLogOptions): Promise<StoredLogVerdict> {
  const database = new Database({ url: options.url, schema: "audit", maximumConnections: 2 });
  try {
    return await verify(database, options);
  } catch (error) {
    if (error instanceof NoteError || error instanceof NoSuchRange) throw new UnverifiableLog(error.message);
    throw error;
  } finally {
    await database.close();
  }
}

async function verify(database: Database, options: StoredLogOptions): Promise<StoredLogVerdict> {
  const store = new VerificationRepository(database);
  const opened = await openSecrets(database, options.wrappingKeys);
  const verifierKey = options.verifierKey?.trim() ?? (await ownKey(store, opened));
  const verifiers: NoteVerifier[] = [parseVerifierKey(verifierKey)];
  const { secrets, wrapping } = opened;
  const verifier = new LogVerifier({
    store,
    tree: new TreeRepository(database),
    values: new PersonalValueRepository(database),
    verifiers,
    opening: secrets && wrapping && { keys: new PersonKeys(wrapping), ipToken: (ip) => secrets.ipToken(ip) },
  });
  const problems = new Problems();
  const notes = splitNotes(options.checkpoints ?? "");
  if (options.checkpoints !== undefined && notes.length === 0)
    throw new UnverifiableLog("There is no checkpoint in what a witness is said to have kept.");
  const witnessed = verifier.openWitnessed(notes, problems);
  const verdict = await verifier.verify({ from: options.from, to: options.to, witnessed, problems });
  return { ...verdict, verifierKey, valuesUnchecked: opened.why, compared: witnessed.length };
}

interface OpenedSecrets {
  secrets?: ServiceSecrets;
  wrapping?: WrappingKeys;
  /** Why there are none. */
  why: string | undefined;
}

async function openSecrets(database: Database, [current, ...previous]: readonly Uint8Array[]): Promise<OpenedSecrets> {
  if (!current) return { why: "AUDIT_KEY_ENCRYPTION_KEY is not given" };
  try {
    const wrapping = new WrappingKeys(current, previous);
    const secrets = await ServiceSecrets.find(new SecretRepository(database), wrapping);
    return secrets ? { secrets, wrapping, why: undefined } : { why: "the log's own keys are gone" };
  } catch (error) {
    if (error instanceof Error && "severity" in error) throw error;
    return { why: `the log's own keys can't be opened: ${error instanceof Error ? error.message : String(error)}` };
  }
}

/** The verifier key of the log itself; its name is the one on the newest checkpoint. */
async function ownKey(store: VerificationRepository, { secrets, why }: OpenedSecrets): Promise<string> {
  if (!secrets)
    throw new UnverifiableLog(
      `There is no key to check signatures with, as ${why}: give the log's verifier key, --key.`,
    );
  const last = await store.lastCheckpoint(Number.MAX_SAFE_INTEGER);
  if (!last) throw new UnverifiableLog("There is no log yet: it has no checkpoint. The service signs the first one.");
  const [name = ""] = last.note.split("\n", 1);
  return new NoteSigner(name, secrets.checkpointKey).verifierKey;
}
