import type { AuditTrail } from "@supergraph/audit-trail";
import { SystemError } from "@supergraph/errors";
import { holds, type Claims, type ForwardedIdentity, type Permission } from "@supergraph/identity";
import { currentRequest } from "@supergraph/service";

const RECENT_SECONDS = 15 * 60;

/** Who calls, for one request. Signing in during an operation makes the caller that person for the rest of it. */
export class Caller {
  constructor(
    public identity: ForwardedIdentity,
    /** Whether the gateway says who calls; else the request came past it, and they are nobody. */
    readonly isForwarded = false,
  ) {}

  /** Undefined: nobody has signed in. */
  get claims(): Claims | undefined {
    return this.identity.caller;
  }

  get id(): string | undefined {
    return this.claims?.sub;
  }

  become(claims: Claims): void {
    this.identity = { ...this.identity, caller: claims };
    const request = currentRequest();
    if (request) request.userId = claims.sub;
  }

  /** @throws SystemError SIGN_IN_REQUIRED */
  signedIn(): Claims {
    if (!this.claims) throw new SystemError("SIGN_IN_REQUIRED");
    return this.claims;
  }

  /**
   * The person who calls, when they do so themselves: for what decides who they are, like a password.
   * @throws SystemError SIGN_IN_REQUIRED, or IN_PERSON_ONLY for an API key, a service or who impersonates them
   */
  inPerson(): Claims {
    const claims = this.signedIn();
    if (claims.client !== "user" || claims.act) throw new SystemError("IN_PERSON_ONLY");
    return claims;
  }

  /**
   * As `inPerson`, when they signed in a short while ago: for what would outlive a session that was stolen, like a key
   * or a second factor (ASVS 5.0, 7.5.1).
   * @throws SystemError as `inPerson`, and SIGN_IN_AGAIN
   */
  inPersonAndRecent(): Claims {
    const claims = this.inPerson();
    const seconds = Date.now() / 1_000 - (claims.authTime ?? 0);
    if (seconds > RECENT_SECONDS) throw new SystemError("SIGN_IN_AGAIN");
    return claims;
  }

  may(permission: Permission): boolean {
    return this.claims !== undefined && holds(this.claims.permissions, permission);
  }

  /**
   * Lets pass who holds one of the permissions.
   * @throws SystemError SIGN_IN_REQUIRED for nobody, PERMISSION_MISSING for anybody else, naming what it takes
   */
  require(...anyOf: Permission[]): void {
    this.signedIn();
    if (anyOf.some((permission) => this.may(permission))) return;
    throw new SystemError("PERMISSION_MISSING", {
      message: `You need the permission ${anyOf.join(" or ")} to do this.`,
    });
  }
}

/** What every resolver of every subgraph finds in its context; a subgraph's own adds its services and loaders. */
export interface SubgraphContext {
  readonly caller: Caller;
  readonly audit: AuditTrail;
}
