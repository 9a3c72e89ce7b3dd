import type { Caller } from "@supergraph/subgraph";
import type { LinkKind } from "../mail/letter.js";
import { accountOf } from "../rate-limit/account.js";
import { addressOf } from "../rate-limit/address.js";
import type { RateLimits } from "../rate-limit/rate-limits.js";

/**
 * Whether a mail may go to the address because of this caller. Too many for one mailbox are left out in silence: who
 * asks is told nothing of it, and floods nobody. Each kind is counted for itself: a stranger who has others sent must
 * not use up the ones by which the person gets back in.
 * @throws SystemError TOO_MANY_REQUESTS when the caller has had too many sent
 */
export async function mayMail(
  kind: LinkKind,
  email: string,
  { limits, caller }: { limits: RateLimits; caller: Caller },
): Promise<boolean> {
  await limits.limit("mail-from-address", addressOf(caller.identity.request.ip));
  return limits.allows("mail-to-account", kind, accountOf(email));
}
