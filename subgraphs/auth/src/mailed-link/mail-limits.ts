import type { Caller } from "@supergraph/subgraph";
import { addressOf } from "../rate-limit/address.js";
import type { RateLimits } from "../rate-limit/rate-limits.js";

/**
 * Whether a mail may go to the address because of this caller. Too many for one mailbox are left out in silence: who
 * asks is told nothing of it, and floods nobody.
 * @throws SystemError TOO_MANY_REQUESTS when the caller has had too many sent
 */
export async function mayMail(limits: RateLimits, caller: Caller, email: string): Promise<boolean> {
  await limits.limit("mail-from-address", addressOf(caller.identity.request.ip));
  return limits.allows("mail-to-account", email.toLowerCase());
}
