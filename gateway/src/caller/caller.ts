import type { SystemError } from "@supergraph/errors";
import type { Claims, ForwardedIdentity, RequestFacts } from "@supergraph/identity";
import { currentRequest } from "@supergraph/service";

/** Characters of what a client wrote that travel on: it goes in a header, and those of a request must fit 16 KiB. */
const MAXIMUM_TEXT = 512;

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
    const { userAgent, ...facts } = this.facts;
    return {
      caller: this.#claims,
      request: {
        ...facts,
        ...(userAgent !== undefined && { userAgent: userAgent.slice(0, MAXIMUM_TEXT) }),
        ...(operationName !== null && { operationName: operationName.slice(0, MAXIMUM_TEXT) }),
      },
    };
  }
}

/** What an operation carries through Apollo. */
export interface GatewayContext {
  readonly caller: Caller;
}
