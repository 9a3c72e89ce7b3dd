import type { SystemError } from "@supergraph/errors";
import type { Claims, ForwardedIdentity, RequestFacts } from "@supergraph/identity";
import { currentRequest } from "@supergraph/service";

/** On whose behalf an operation runs. Signing in during the operation makes the caller that person for its rest. */
export class Caller {
  #claims: Claims | undefined;

  constructor(
    private readonly facts: RequestFacts,
    claims?: Claims,
    /** Why the caller's token is not worth anything any more; they are nobody, and may sign in again. */
    readonly lapsed?: SystemError,
  ) {
    if (claims) this.become(claims);
  }

  get claims(): Claims | undefined {
    return this.#claims;
  }

  become(claims: Claims): void {
    this.#claims = claims;
    const request = currentRequest();
    if (request) request.userId = claims.sub;
  }

  identity(operationName: string | null): ForwardedIdentity {
    return { caller: this.#claims, request: { ...this.facts, ...(operationName !== null && { operationName }) } };
  }
}

/** What an operation carries through Apollo. */
export interface GatewayContext {
  readonly caller: Caller;
}
