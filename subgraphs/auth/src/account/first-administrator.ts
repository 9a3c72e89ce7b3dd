import { setTimeout as sleep } from "node:timers/promises";
import type { AuditTrail } from "@supergraph/audit-trail";
import { systemErrorOf } from "@supergraph/errors";
import { serviceIdentity, type Logger } from "@supergraph/service";
import { ADMINISTRATOR } from "../role/role.repository.js";
import type { AccountRepository } from "./account.repository.js";
import type { RegistrationService } from "./registration.service.js";

const RETRY_MS = 500;

/** Makes the first administrator unless an account has the address; waits for users, which may start later. */
export async function ensureFirstAdministrator(
  { email, password }: { email: string; password: string },
  use: { accounts: AccountRepository; registrations: RegistrationService; audit: AuditTrail; log: Logger },
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted && !(await use.accounts.findByEmail(email))) {
    try {
      await use.audit.attempt(
        {
          action: "auth.register",
          identity: serviceIdentity("auth"),
          path: "first-administrator",
          details: { actor: { type: "system", label: "auth" }, metadata: { roles: [ADMINISTRATOR, "user"] } },
        },
        async () => {
          const person = { email, password, firstName: "First", lastName: "Administrator" };
          const id = await use.registrations.register(person, [ADMINISTRATOR, "user"]);
          use.audit.describe({ target: { type: "User", id, label: email } });
        },
      );
      use.log.info("made the first administrator");
    } catch (error) {
      const reason = systemErrorOf(error)?.reason;
      // Taken without an account: by a registration that a crash left half done, until it is undone.
      if (reason !== "EMAIL_TAKEN" && reason !== "SERVICE_OUT_OF_REACH") throw error;
      await sleep(RETRY_MS);
    }
  }
}
