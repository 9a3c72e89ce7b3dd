import { givenReason, type AuditTrail } from "@supergraph/audit-trail";
import { invalidInput, SystemError } from "@supergraph/errors";
import { holds, type Claims } from "@supergraph/identity";
import { isId } from "@supergraph/persistence";
import type { Caller } from "@supergraph/subgraph";
import type { AccountRepository, AccountRow } from "../account/account.repository.js";
import type { RoleRepository } from "../role/role.repository.js";
import type { SessionIssuer } from "../session/session-issuer.js";
import type { AuthPayload } from "../session/session.type.js";

const MAXIMUM_MINUTES = 60;

export interface ImpersonationDependencies {
  accounts: AccountRepository;
  roles: RoleRepository;
  issuer: SessionIssuer;
  audit: AuditTrail;
}

/** Acting as somebody else, for one caller: both names stand in every event. */
export class ImpersonationService {
  constructor(
    private readonly caller: Caller,
    private readonly use: ImpersonationDependencies,
  ) {}

  /**
   * Opens a session of that person, which lives exactly that long. The caller goes on as who they are.
   * @throws SystemError IN_PERSON_ONLY, INVALID_INPUT, USER_NOT_FOUND, ACCOUNT_NOT_ACTIVE; PERMISSION_MISSING for
   * somebody who holds what the caller doesn't
   */
  async impersonate(userId: string, reason: string, minutes: number): Promise<AuthPayload> {
    const impersonator = this.caller.inPerson();
    const because = givenReason(reason);
    assertBounds(minutes);
    const person = await this.person(userId);
    this.use.audit.describe({ target: { type: "User", id: person.user_id, label: person.email }, reason: because });
    if (person.user_id === impersonator.sub) throw invalidInput({ path: "userId", message: "must be somebody else" });
    if (person.status !== "ACTIVE") throw new SystemError("ACCOUNT_NOT_ACTIVE");
    await this.assertHoldsNoMore(person, impersonator);
    const { sub, amr } = impersonator;
    const payload = await this.use.issuer.open(person.user_id, this.caller.identity.request, {
      // How whoever acts has proved who they are; the person has not been asked.
      ...(amr && { amr: [...amr] }),
      impersonatorId: sub,
      seconds: minutes * 60,
    });
    this.use.audit.describe({ metadata: { minutes, sessionId: payload.session.id } });
    return payload;
  }

  private async person(userId: string): Promise<AccountRow> {
    const account = isId(userId) ? await this.use.accounts.findById(userId) : undefined;
    if (!account) throw new SystemError("USER_NOT_FOUND");
    return account;
  }

  private async assertHoldsNoMore({ user_id }: AccountRow, { permissions: held }: Claims): Promise<void> {
    const roles = await this.use.roles.findByUsers([user_id]);
    if (roles.every(({ permissions }) => permissions.every((permission) => holds(held, permission)))) return;
    throw new SystemError("PERMISSION_MISSING", { message: "They hold permissions that you don't hold yourself." });
  }
}

function assertBounds(minutes: number): void {
  if (minutes < 1 || minutes > MAXIMUM_MINUTES)
    throw invalidInput({ path: "minutes", message: `must be 1 to ${MAXIMUM_MINUTES}` });
}
