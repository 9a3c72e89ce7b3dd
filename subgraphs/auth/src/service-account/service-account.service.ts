import { changesBetween, type AuditChange, type AuditTrail } from "@supergraph/audit-trail";
import { SystemError } from "@supergraph/errors";
import { constraintViolation, isId } from "@supergraph/persistence";
import type { Caller } from "@supergraph/subgraph";
import { displayName } from "../display-name.js";
import { assertGrantable, assertHeld } from "../role/permission.rules.js";
import { hashOfSecret, newClientSecret } from "./client-secret.js";
import type { ServiceAccountInput } from "./service-account.input.js";
import type { ServiceAccountRepository, ServiceAccountRow } from "./service-account.repository.js";
import type { ServiceAccount, ServiceAccountCredentials } from "./service-account.type.js";
import type { ServiceSessions } from "./service-sessions.js";

const MANAGE = "service-accounts:manage";
const NEW_SECRET: AuditChange = { field: "secret", before: null, after: null, redacted: true };

/** The rules of service accounts, for one caller. */
export class ServiceAccountService {
  constructor(
    private readonly caller: Caller,
    private readonly accounts: ServiceAccountRepository,
    private readonly sessions: ServiceSessions,
    private readonly audit: AuditTrail,
  ) {}

  async list(): Promise<ServiceAccount[]> {
    return (await this.accounts.findAll()).map(serviceAccountOf);
  }

  /** Null for who may not manage service accounts. */
  async find(id: string): Promise<ServiceAccount | null> {
    const account = this.caller.may(MANAGE) && isId(id) ? await this.accounts.find(id) : undefined;
    return account ? serviceAccountOf(account) : null;
  }

  /** @throws SystemError IN_PERSON_ONLY, SIGN_IN_AGAIN, INVALID_INPUT, PERMISSION_MISSING, NAME_TAKEN */
  async create({ name, description, permissions }: ServiceAccountInput): Promise<ServiceAccountCredentials> {
    const { sub } = this.caller.inPersonAndRecent();
    const held = [...new Set(permissions)];
    assertGrantable(held);
    assertHeld(this.caller, held);
    const secret = newClientSecret();
    try {
      const account = await this.accounts.insert({
        name: displayName(name, "input.name"),
        description: description ?? null,
        secret_hash: hashOfSecret(secret),
        permissions: held,
        created_by: sub,
      });
      this.describe(account);
      const shown = { name: account.name, description: account.description, permissions: held };
      this.audit.describe({ changes: [...changesBetween({}, shown), NEW_SECRET] });
      return credentialsOf(account, secret);
    } catch (error) {
      if (constraintViolation(error)?.kind === "unique") throw new SystemError("NAME_TAKEN", { cause: error });
      throw error;
    }
  }

  /**
   * The old secret, and all tokens that it brought, end. Whoever has the new one may do what the account may: the
   * caller must hold that as well.
   * @throws SystemError IN_PERSON_ONLY, SIGN_IN_AGAIN, SERVICE_ACCOUNT_NOT_FOUND, SERVICE_ACCOUNT_DISABLED, PERMISSION_MISSING
   */
  async rotateSecret(id: string): Promise<ServiceAccountCredentials> {
    this.caller.inPersonAndRecent();
    assertHeld(this.caller, (await this.existing(id)).permissions);
    const secret = newClientSecret();
    const rotated = await this.accounts.replaceSecret(id, hashOfSecret(secret));
    if (!rotated) throw new SystemError("SERVICE_ACCOUNT_DISABLED");
    await this.sessions.end({ service_account_id: id });
    this.audit.describe({ changes: [NEW_SECRET] });
    return credentialsOf(rotated, secret);
  }

  /** Again: nothing changes. @throws SystemError IN_PERSON_ONLY, SERVICE_ACCOUNT_NOT_FOUND */
  async disable(id: string): Promise<ServiceAccount> {
    this.caller.inPerson();
    const before = await this.existing(id);
    const disabled = await this.accounts.disable(id);
    if (!disabled) return serviceAccountOf(before);
    await this.sessions.end({ service_account_id: id });
    this.audit.describe({ changes: [{ field: "disabledAt", before: null, after: disabled.disabled_at }] });
    return serviceAccountOf(disabled);
  }

  private async existing(id: string): Promise<ServiceAccountRow> {
    const account = isId(id) ? await this.accounts.find(id) : undefined;
    if (!account) throw new SystemError("SERVICE_ACCOUNT_NOT_FOUND");
    this.describe(account);
    return account;
  }

  private describe({ id, name }: ServiceAccountRow): void {
    this.audit.describe({ target: { type: "ServiceAccount", id, label: name } });
  }
}

function credentialsOf(account: ServiceAccountRow, clientSecret: string): ServiceAccountCredentials {
  return { serviceAccount: serviceAccountOf(account), clientId: account.id, clientSecret };
}

function serviceAccountOf(row: ServiceAccountRow): ServiceAccount {
  const { id, name, description, permissions, created_by, created_at, last_used_at, disabled_at } = row;
  return {
    id,
    name,
    description,
    permissions,
    createdBy: { id: created_by },
    createdAt: created_at,
    lastUsedAt: last_used_at,
    disabledAt: disabled_at,
  };
}
