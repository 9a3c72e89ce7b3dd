import { changesBetween, type AuditChange, type AuditTrail } from "@supergraph/audit-trail";
import { invalidInput, SystemError } from "@supergraph/errors";
import { apiKeyPrefix, hashOfApiKey, newApiKey, type Permission } from "@supergraph/identity";
import { isId } from "@supergraph/persistence";
import type { Caller } from "@supergraph/subgraph";
import { displayName } from "../display-name.js";
import { assertGrantable, assertHeld } from "../role/permission.rules.js";
import type { SessionChangeRepository } from "../session/session-change.repository.js";
import type { ApiKeyInput } from "./api-key.input.js";
import type { ApiKeyRepository, ApiKeyRow } from "./api-key.repository.js";
import type { ApiKey, CreatedApiKey } from "./api-key.type.js";

/** Live keys that a person may have at one time. */
const MAXIMUM_KEYS = 100;
const LONGEST_LIFE_MS = 366 * 24 * 60 * 60 * 1_000;

/** The rules of API keys, for one caller. */
export class ApiKeyService {
  constructor(
    private readonly caller: Caller,
    private readonly keys: ApiKeyRepository,
    private readonly sessionChanges: SessionChangeRepository,
    private readonly audit: AuditTrail,
  ) {}

  /** @throws SystemError PERMISSION_MISSING for another's without api-keys:read */
  async list(userId: string | null): Promise<ApiKey[]> {
    const { sub } = this.caller.signedIn();
    const owner = userId ?? sub;
    if (owner !== sub) this.caller.require("api-keys:read");
    return isId(owner) ? (await this.keys.findByUser(owner)).map(apiKeyOf) : [];
  }

  /** Null when there is none, or none that the caller may know of. */
  async find(id: string): Promise<ApiKey | null> {
    const key = isId(id) ? await this.keys.findById(id) : undefined;
    return key && this.may("api-keys:read", key) ? apiKeyOf(key) : null;
  }

  /**
   * @throws SystemError IN_PERSON_ONLY, SIGN_IN_AGAIN, INVALID_INPUT, PERMISSION_MISSING, ACCOUNT_NOT_ACTIVE,
   * TOO_MANY_API_KEYS
   */
  async create({ name, permissions, expiresAt = null }: ApiKeyInput): Promise<CreatedApiKey> {
    const { sub } = this.caller.inPersonAndRecent();
    assertGrantable(permissions);
    assertHeld(this.caller, permissions);
    assertGoodExpiry(expiresAt);
    const count = await this.keys.countLiveLocked(sub);
    // Of an account that was deleted a moment ago: its keys have ended, and this one would come back with it.
    if (count === undefined) throw new SystemError("ACCOUNT_NOT_ACTIVE");
    if (count >= MAXIMUM_KEYS) throw new SystemError("TOO_MANY_API_KEYS");
    const secret = newApiKey();
    const key = await this.keys.insert({
      user_id: sub,
      name: displayName(name, "input.name"),
      prefix: apiKeyPrefix(secret),
      secret_hash: hashOfApiKey(secret),
      permissions: [...new Set(permissions)],
      expires_at: expiresAt,
    });
    const { permissions: held, expires_at } = key;
    this.describe(key, changesBetween({}, { name: key.name, permissions: held, expiresAt: expires_at }));
    return { apiKey: apiKeyOf(key), secret };
  }

  /**
   * By who impersonates somebody never: it is for the person to say what lets them in.
   * @throws SystemError IN_PERSON_ONLY; API_KEY_NOT_FOUND, also for another's when the caller may not revoke it, and a
   * revoked one
   */
  async revoke(id: string): Promise<ApiKey> {
    if (this.caller.signedIn().act) throw new SystemError("IN_PERSON_ONLY");
    const key = isId(id) ? await this.keys.findById(id) : undefined;
    const revoked = key && this.may("api-keys:revoke", key) ? await this.keys.revoke(id) : undefined;
    if (!revoked) throw new SystemError("API_KEY_NOT_FOUND");
    await this.sessionChanges.append("api_key", id);
    this.describe(revoked, [{ field: "revokedAt", before: null, after: revoked.revoked_at }]);
    return apiKeyOf(revoked);
  }

  /** Of one's own it takes the permission too: an API key may hold less than its owner. */
  private may(permission: Permission, { user_id }: ApiKeyRow): boolean {
    return this.caller.may(user_id === this.caller.id ? `${permission}:own` : permission);
  }

  private describe({ id, name, user_id }: ApiKeyRow, changes: AuditChange[]): void {
    this.audit.describe({ target: { type: "ApiKey", id, label: name }, changes, metadata: { userId: user_id } });
  }
}

function assertGoodExpiry(expiresAt: Date | null): void {
  if (!expiresAt) return;
  const lifeMs = expiresAt.getTime() - Date.now();
  if (lifeMs > 0 && lifeMs <= LONGEST_LIFE_MS) return;
  throw invalidInput({ path: "input.expiresAt", message: "must be in the future, at most a year from now" });
}

export function apiKeyOf(row: ApiKeyRow): ApiKey {
  return {
    id: row.id,
    name: row.name,
    prefix: row.prefix,
    permissions: row.permissions,
    createdAt: row.created_at,
    lastUsedAt: row.last_used_at,
    expiresAt: row.expires_at,
    revokedAt: row.revoked_at,
    owner: { id: row.user_id },
  };
}
