import { SystemError } from "@supergraph/errors";
import { isId } from "@supergraph/persistence";
import { secretMatches } from "../service-account/client-secret.js";
import { addressOf } from "../rate-limit/address.js";
import type { RateLimits } from "../rate-limit/rate-limits.js";
import type { ServiceAccountRepository, ServiceAccountRow } from "../service-account/service-account.repository.js";
import type { OAuthRequest } from "./oauth-request.js";

/** Says which service account a client is. */
export class ClientAuthentication {
  constructor(
    private readonly accounts: ServiceAccountRepository,
    private readonly limits: RateLimits,
  ) {}

  /**
   * Only what is wrong counts towards the limit: a secret of 256 bits is not guessed, and nobody who tries is to lock
   * out the client itself.
   * @throws SystemError CLIENT_INVALID: no, unknown or wrong credentials, or those of a disabled account;
   * TOO_MANY_REQUESTS once there were too many of these
   */
  async authenticate({ credentials, identity }: OAuthRequest): Promise<ServiceAccountRow> {
    if (!credentials) throw new SystemError("CLIENT_INVALID", { message: "The client must authenticate." });
    const account = isId(credentials.id) ? await this.accounts.find(credentials.id) : undefined;
    if (!secretMatches(credentials.secret, account?.secret_hash) || !account || account.disabled_at !== null) {
      await this.limits.limit("oauth-client", credentials.id, addressOf(identity.request.ip));
      throw new SystemError("CLIENT_INVALID");
    }
    return account;
  }
}
