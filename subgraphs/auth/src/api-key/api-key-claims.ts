import { meet, type Claims } from "@supergraph/identity";
import type { RoleRepository } from "../role/role.repository.js";
import type { ApiKeyRepository } from "./api-key.repository.js";

/** Says who the bearer of an API key is and what the key may do now. */
export class ApiKeyClaims {
  constructor(
    private readonly keys: ApiKeyRepository,
    private readonly roles: RoleRepository,
  ) {}

  /**
   * What the key was given and its owner holds, both: what the owner loses, the key loses. Undefined when there is no
   * such key, it has ended, or its owner is not active.
   */
  async of(secretHash: Buffer): Promise<(Claims & { expiresAt: Date | null }) | undefined> {
    const key = await this.keys.findHolder(secretHash);
    if (!key) return undefined;
    const roles = await this.roles.findByUsers([key.user_id]);
    return {
      sub: key.user_id,
      email: key.email,
      roles: [],
      permissions: meet(
        key.permissions,
        roles.flatMap(({ permissions }) => permissions),
      ),
      client: "api_key",
      keyId: key.id,
      expiresAt: key.expires_at,
    };
  }
}
