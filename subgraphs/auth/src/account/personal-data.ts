import type { ApiKeyRepository } from "../api-key/api-key.repository.js";
import type { ExternalIdentityRepository } from "../openid/external-identity.repository.js";
import type { RoleRepository } from "../role/role.repository.js";
import type { SecondFactorRepository } from "../second-factor/second-factor.repository.js";
import type { SessionRepository } from "../session/session.repository.js";
import type { AccountRepository } from "./account.repository.js";

/** What auth holds on a person, as they may have it: no secrets, nor hashes of them. */
export class PersonalData {
  constructor(
    private readonly accounts: AccountRepository,
    private readonly sessions: SessionRepository,
    private readonly apiKeys: ApiKeyRepository,
    private readonly roles: RoleRepository,
    private readonly externalIdentities: ExternalIdentityRepository,
    private readonly secondFactors: SecondFactorRepository,
  ) {}

  async of(userId: string): Promise<Record<string, unknown>> {
    const account = await this.accounts.findById(userId);
    const { password_hash, ...shown } = account ?? { password_hash: null };
    const sessions = await this.sessions.findByUser(userId);
    const roles = await this.roles.findByUsers([userId]);
    return {
      account: account ? { ...shown, has_password: password_hash !== null } : null,
      sessions,
      apiKeys: await this.apiKeys.findByUser(userId),
      secondFactor: await this.secondFactorOf(userId),
      externalIdentities: await this.externalIdentities.findByUser(userId),
      roles: roles.map(({ id, name, permissions }) => ({ id, name, permissions })),
    };
  }

  private async secondFactorOf(userId: string): Promise<{ recovery_codes_left: number } | null> {
    if (!(await this.secondFactors.find(userId))) return null;
    const [codes] = await this.secondFactors.countRecoveryCodes([userId]);
    return { recovery_codes_left: Number(codes?.count ?? 0) };
  }
}
