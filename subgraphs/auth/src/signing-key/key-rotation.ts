import type { AuditTrail } from "@supergraph/audit-trail";
import { SystemError } from "@supergraph/errors";
import { ACCESS_TOKEN_SECONDS } from "@supergraph/identity";
import type { EncryptionAtRest, Database } from "@supergraph/persistence";
import { serviceIdentity } from "@supergraph/service";
import type { SessionChangeRepository } from "../session/session-change.repository.js";
import { newSigningKey } from "./new-signing-key.js";
import type { SigningKeyRepository, SigningKeyRow } from "./signing-key.repository.js";
import { SigningKeyStatus } from "./signing-key.type.js";

const { PUBLISHED, ACTIVE, RETIRED } = SigningKeyStatus;
const DAY_SECONDS = 24 * 60 * 60;
/** Gateways hear of a published key within a second or two; one that does not asks when it first meets it. */
const SETTLED_SECONDS = 10;
/** The last token of a key that signs no more, and a minute for those that are being signed, and for clocks. */
const OUTLIVED_SECONDS = ACCESS_TOKEN_SECONDS + 60;

export interface KeyRotationParts {
  database: Database;
  keys: SigningKeyRepository;
  encryption: EncryptionAtRest;
  sessionChanges: SessionChangeRepository;
  audit: AuditTrail;
  /** Days after which a key is replaced by itself; 0: never. */
  rotationDays: number;
}

/** A signing key before and after it was revoked, and the one that signs in its place, if it did. */
interface RevokedKey {
  before: SigningKeyRow;
  revoked: SigningKeyRow;
  replacement: SigningKeyRow | undefined;
}

/**
 * The life of signing keys: published, then signing, then retired once the last token of it has expired. Whatever
 * changes what the JWKS says is told to the gateways, which then ask for it anew.
 */
export class KeyRotation {
  constructor(private readonly use: KeyRotationParts) {}

  /** Publishes a new key, which will replace the active one. @throws SystemError KEY_ROTATION_UNDER_WAY */
  async publish(): Promise<SigningKeyRow> {
    const { database, keys, encryption } = this.use;
    return database.unitOfWork(async () => {
      await keys.lock();
      const [underWay] = await keys.list([PUBLISHED]);
      if (underWay) throw new SystemError("KEY_ROTATION_UNDER_WAY");
      const published = await keys.insert(await newSigningKey(encryption), PUBLISHED);
      await this.tellGateways();
      return published;
    });
  }

  /**
   * Retires a key at once. When it was the one that signs, a new one signs from here on: gateways meet it before they
   * could know it, and ask. A key that is retired already stays what it is.
   * @throws SystemError SIGNING_KEY_NOT_FOUND
   */
  async revoke(kid: string): Promise<RevokedKey> {
    const { database, keys, encryption } = this.use;
    return database.unitOfWork(async () => {
      await keys.lock();
      const before = await keys.find(kid);
      if (!before) throw new SystemError("SIGNING_KEY_NOT_FOUND");
      if (before.status === RETIRED) return { before, revoked: before, replacement: undefined };
      const revoked = await keys.retire(kid);
      const replacement =
        before.status === ACTIVE ? await keys.insert(await newSigningKey(encryption), ACTIVE) : undefined;
      await this.tellGateways();
      return { before, revoked, replacement };
    });
  }

  /** Takes the steps whose time has come. Any replica may, at any time: each step is taken once. */
  async advance(): Promise<void> {
    const { database, keys } = this.use;
    if ((await this.findDue()).length === 0) return;
    await database.unitOfWork(async () => {
      await keys.lock();
      // What another replica has done in the meantime is not due any more.
      for (const { kid, step } of await this.findDue()) await this[step](kid);
    });
  }

  private findDue() {
    const worn = this.use.rotationDays * DAY_SECONDS;
    return this.use.keys.findDue({ settled: SETTLED_SECONDS, outlived: OUTLIVED_SECONDS, worn });
  }

  private async activate(kid: string): Promise<void> {
    const replaced = await this.use.keys.findActiveKid();
    await this.use.keys.activate(kid);
    await this.record("signing-key.activate", kid, { replaced });
  }

  private async retire(kid: string): Promise<void> {
    await this.use.keys.retire(kid);
    await this.tellGateways();
    await this.record("signing-key.retire", kid);
  }

  private async replace(kid: string): Promise<void> {
    const published = await this.publish();
    await this.record(
      "signing-key.rotate",
      published.kid,
      { replaces: kid },
      `older than ${this.use.rotationDays} days`,
    );
  }

  private async tellGateways(): Promise<void> {
    await this.use.sessionChanges.append("keys", null);
  }

  private async record(
    action: string,
    kid: string,
    metadata?: Record<string, unknown>,
    reason?: string,
  ): Promise<void> {
    await this.use.audit.record({
      action,
      identity: serviceIdentity("auth"),
      path: "key-rotation",
      details: {
        actor: { type: "system", label: "auth" },
        target: { type: "SigningKey", id: kid },
        ...(metadata && { metadata }),
        ...(reason !== undefined && { reason }),
      },
    });
  }
}
