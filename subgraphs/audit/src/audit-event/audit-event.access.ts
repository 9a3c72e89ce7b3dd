import type { AuditTarget } from "@supergraph/audit-trail";
import { isId } from "@supergraph/persistence";
import { recordedOnce, withAccess, type Access, type SubgraphContext } from "@supergraph/subgraph";
import type { GraphQLResolveInfo } from "graphql";
import type { Asked } from "./asked.js";

const AUDITOR: Access = { kind: "permitted", anyOf: ["audit:read"] };

/** Where in the operation something is asked. */
export type AskingField = Pick<GraphQLResolveInfo, "path" | "fieldName">;

export type ReadScope = "all" | "none" | { actorId: string };

/** Who may read the log, for one request: auditors all of it, everybody what they did themselves. */
export class AuditEventAccess {
  constructor(private readonly context: SubgraphContext) {}

  /** Whose acts the caller may read; nobody's when the caller is no person. */
  get scope(): ReadScope {
    if (this.context.caller.may("audit:read")) return "all";
    const person = this.#person;
    return person !== undefined && isId(person) ? { actorId: person } : "none";
  }

  /** Whether the acts of `userId` are the caller's own. */
  isOwn(userId: string | null | undefined): boolean {
    return userId != null && userId.toLowerCase() === this.#person;
  }

  /** Undefined for an API key: there is no permission to read what one did, by which its owner could give it that. */
  get #person(): string | undefined {
    const claims = this.context.caller.claims;
    return claims?.client === "user" ? claims.sub : undefined;
  }

  /**
   * Lets auditors pass. A refusal is recorded, once for a field however many objects of a list it stands on.
   * @throws SystemError SIGN_IN_REQUIRED, PERMISSION_MISSING
   */
  requireAuditor(field: AskingField): Promise<void> {
    return withAccess(AUDITOR, this.context, field, () => Promise.resolve());
  }

  /** Of people reading what they did themselves the log keeps nothing, unless somebody does so in their place. */
  omitOwn(): void {
    if (!this.context.caller.claims?.act) this.context.audit.omit();
  }

  /** Says what is asked of the log, in the event of the query. */
  describe(asked: Asked): void {
    this.context.audit.describe({ metadata: { ...asked } });
  }

  /** An auditor's read of a field that stands on what has been acted or acted upon: one event for all of them. */
  recorded<T>(field: AskingField, target: AuditTarget, read: () => Promise<T>): Promise<T> {
    return recordedOnce({ action: "audit.read", details: { target } }, this.context, field, read);
  }
}
