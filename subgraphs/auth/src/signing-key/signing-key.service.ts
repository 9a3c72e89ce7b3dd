import { changesBetween, givenReason, type AuditTrail } from "@supergraph/audit-trail";
import type { Caller } from "@supergraph/subgraph";
import type { KeyRotation } from "./key-rotation.js";
import type { SigningKeyRepository, SigningKeyRow } from "./signing-key.repository.js";
import type { SigningKey } from "./signing-key.type.js";

/** The rules of signing keys, for one caller; who may call stands on the resolver. */
export class SigningKeyService {
  constructor(
    private readonly caller: Caller,
    private readonly keys: SigningKeyRepository,
    private readonly rotation: KeyRotation,
    private readonly audit: AuditTrail,
  ) {}

  async list(): Promise<SigningKey[]> {
    return (await this.keys.list()).map(signingKeyOf);
  }

  /** @throws SystemError IN_PERSON_ONLY, INVALID_INPUT, KEY_ROTATION_UNDER_WAY */
  async rotate(reason: string): Promise<SigningKey> {
    this.caller.inPerson();
    this.audit.describe({ reason: givenReason(reason) });
    const replaces = await this.keys.findActiveKid();
    const published = await this.rotation.publish();
    const { kid, algorithm, status } = published;
    this.audit.describe({
      target: { type: "SigningKey", id: kid },
      changes: changesBetween({}, { algorithm, status }),
      metadata: { replaces },
    });
    return signingKeyOf(published);
  }

  /** @throws SystemError IN_PERSON_ONLY, INVALID_INPUT, SIGNING_KEY_NOT_FOUND */
  async revoke(kid: string, reason: string): Promise<SigningKey> {
    this.caller.inPerson();
    this.audit.describe({ reason: givenReason(reason) });
    const { before, revoked, replacement } = await this.rotation.revoke(kid);
    const changes = changesBetween({ status: before.status }, { status: revoked.status });
    this.audit.describe({ changes, metadata: { replacedBy: replacement?.kid ?? null } });
    return signingKeyOf(revoked);
  }
}

function signingKeyOf({ kid, algorithm, status, created_at, activated_at, retired_at }: SigningKeyRow): SigningKey {
  return { kid, algorithm, status, createdAt: created_at, activatedAt: activated_at, retiredAt: retired_at };
}
