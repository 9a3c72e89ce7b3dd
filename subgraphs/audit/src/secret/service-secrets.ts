import {
  createHash,
  createHmac,
  createPrivateKey,
  generateKeyPairSync,
  randomBytes,
  type KeyObject,
} from "node:crypto";
import type { Database } from "@supergraph/persistence";
import { inUuidForm } from "../personal/uuid-form.js";
import type { WrappingKeys } from "../personal/wrapping-keys.js";
import type { SecretRepository } from "./secret.repository.js";

/** The keys that all replicas of the service share; made at the first start, and kept as long as the log. */
export class ServiceSecrets {
  private constructor(
    private readonly address: Buffer,
    private readonly token: Buffer,
    /** Ed25519: signs checkpoints. */
    readonly checkpointKey: KeyObject,
  ) {}

  /** Reads them, and makes those that are missing. @throws Error when they are wrapped by a key that isn't here */
  static async load(database: Database, secrets: SecretRepository, keys: WrappingKeys): Promise<ServiceSecrets> {
    const load = (name: string, make: () => Promise<Buffer> | Buffer): Promise<Buffer> =>
      database.unitOfWork(async () => {
        const found = await secrets.find(name);
        if (found) return keys.unwrap(found, name);
        await secrets.add(name, keys.wrap(await make(), name));
        const kept = await secrets.find(name);
        if (!kept) throw new Error(`The audit log's secret ${name} could not be kept`);
        return keys.unwrap(kept, name);
      });
    const address = await load("address", async () => (await secrets.takePlainAddressKey()) ?? randomBytes(32));
    const token = await load("token", () => randomBytes(32));
    const checkpoint = await load("checkpoint", () =>
      generateKeyPairSync("ed25519").privateKey.export({ format: "der", type: "pkcs8" }),
    );
    return ServiceSecrets.#of(address, token, checkpoint);
  }

  /** Reads them, and makes none; undefined when one is missing. @throws Error as `load`, and when one was altered */
  static async find(secrets: SecretRepository, keys: WrappingKeys): Promise<ServiceSecrets | undefined> {
    const find = async (name: string) => {
      const found = await secrets.find(name);
      return found && keys.unwrap(found, name);
    };
    const [address, token, checkpoint] = [await find("address"), await find("token"), await find("checkpoint")];
    return address && token && checkpoint && ServiceSecrets.#of(address, token, checkpoint);
  }

  static #of(address: Buffer, token: Buffer, checkpoint: Buffer): ServiceSecrets {
    return new ServiceSecrets(address, token, createPrivateKey({ key: checkpoint, format: "der", type: "pkcs8" }));
  }

  /** The subject that stands for whoever is known by this e-mail address alone: a UUID in form. */
  subjectOfAddress(address: string): string {
    const spelled = createHash("sha256").update(address.trim().toLowerCase()).digest();
    return inUuidForm(createHash("sha256").update(this.address).update(spelled).digest());
  }

  /** By which events of one client address are found. */
  ipToken(ip: string): Buffer {
    return createHmac("sha256", this.token).update(`ip\0${ip}`).digest().subarray(0, 16);
  }
}
