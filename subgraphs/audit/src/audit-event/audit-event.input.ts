import { Field, ID, InputType, registerEnumType } from "type-graphql";
import { AuditOutcome } from "./audit-event.type.js";

export enum AuditOrder {
  NEWEST_FIRST = "NEWEST_FIRST",
  OLDEST_FIRST = "OLDEST_FIRST",
}
registerEnumType(AuditOrder, { name: "AuditOrder", description: "Which end of the log comes first." });

@InputType({ description: "Which events. All that is given must hold." })
export class AuditEventFilter {
  @Field(() => ID, { nullable: true, description: "Who did it." })
  userId?: string | null;

  @Field(() => ID, { nullable: true, description: "What it was done to; an entity type's id is its name." })
  entityId?: string | null;

  @Field(() => String, { nullable: true, description: "The kind of thing that it was done to, e.g. User or Product." })
  entityType?: string | null;

  @Field(() => [String], { nullable: true, description: "One of these; none when the list is empty." })
  actions?: string[] | null;

  @Field(() => String, {
    nullable: true,
    description: "How the action begins: `auth.*` and `auth.` are the same; `auth` finds `authority.revoke` too.",
  })
  actionPrefix?: string | null;

  @Field(() => AuditOutcome, { nullable: true })
  outcome?: AuditOutcome | null;

  @Field(() => String, { nullable: true, description: "The service that recorded it, e.g. auth." })
  service?: string | null;

  @Field(() => String, { nullable: true })
  requestId?: string | null;

  @Field(() => String, { nullable: true })
  traceId?: string | null;

  @Field(() => String, { nullable: true })
  sessionId?: string | null;

  @Field(() => String, { nullable: true })
  ip?: string | null;

  @Field(() => Date, { nullable: true, description: "At this moment or later." })
  since?: Date | null;

  @Field(() => Date, { nullable: true, description: "Before this moment." })
  until?: Date | null;

  @Field(() => String, {
    nullable: true,
    description: "Found in the action, the actor's or target's label or the reason, in upper or lower case.",
  })
  text?: string | null;
}
