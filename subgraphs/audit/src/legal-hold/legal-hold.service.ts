import { givenReason, type AuditTrail } from "@supergraph/audit-trail";
import { invalidInput, SystemError } from "@supergraph/errors";
import { isId } from "@supergraph/persistence";
import type { Caller } from "@supergraph/subgraph";
import type { PlaceLegalHoldInput } from "./legal-hold.input.js";
import type { LegalHoldRepository, LegalHoldRow } from "./legal-hold.repository.js";
import type { AuditLegalHold } from "./legal-hold.type.js";

const MAXIMUM_ENTITY_ID = 512;

/** Places and lifts legal holds, for one caller. */
export class LegalHoldService {
  constructor(
    private readonly caller: Caller,
    private readonly holds: LegalHoldRepository,
    private readonly audit: AuditTrail,
  ) {}

  /** Those in force, newest first. */
  async list(): Promise<AuditLegalHold[]> {
    return (await this.holds.inForce()).map(toLegalHold);
  }

  /** @throws SystemError INVALID_INPUT */
  async place({ userId, entityId, reason }: PlaceLegalHoldInput): Promise<AuditLegalHold> {
    const held = { user_id: personOf(userId), entity_id: entityOf(entityId) };
    if ((held.user_id === null) === (held.entity_id === null))
      throw invalidInput({ path: "input", message: "takes one of userId and entityId" });
    const hold = await this.holds.place({ ...held, reason: givenReason(reason), placed_by: this.#callerId });
    this.#describe(hold, hold.reason);
    return toLegalHold(hold);
  }

  /** @throws SystemError LEGAL_HOLD_NOT_FOUND, INVALID_INPUT */
  async lift(id: string, reason: string): Promise<AuditLegalHold> {
    const given = givenReason(reason);
    const hold = isId(id) && (await this.holds.lift(id, { lift_reason: given, lifted_by: this.#callerId }));
    if (!hold) throw new SystemError("LEGAL_HOLD_NOT_FOUND");
    this.#describe(hold, given);
    return toLegalHold(hold);
  }

  /** Not under the person as the target: what is said of them is told to them, and is erased with them. */
  #describe({ id, user_id, entity_id }: LegalHoldRow, reason: string): void {
    this.audit.describe({
      target: { type: "AuditLegalHold", id },
      metadata: user_id === null ? { entityId: entity_id } : { userId: user_id },
      reason,
    });
  }

  get #callerId(): string {
    return this.caller.signedIn().sub;
  }
}

function personOf(userId: string | null | undefined): string | null {
  if (userId == null) return null;
  if (!isId(userId)) throw invalidInput({ path: "input.userId", message: "is not an id" });
  return userId.toLowerCase();
}

function entityOf(entityId: string | null | undefined): string | null {
  if (entityId == null) return null;
  if (entityId.length === 0 || entityId.length > MAXIMUM_ENTITY_ID)
    throw invalidInput({ path: "input.entityId", message: `must be 1 to ${MAXIMUM_ENTITY_ID} characters` });
  return entityId;
}

function toLegalHold(row: LegalHoldRow): AuditLegalHold {
  return {
    id: row.id,
    userId: row.user_id,
    entityId: row.entity_id,
    reason: row.reason,
    placedBy: row.placed_by,
    placedAt: row.placed_at,
    liftedBy: row.lifted_by,
    liftedAt: row.lifted_at,
  };
}
