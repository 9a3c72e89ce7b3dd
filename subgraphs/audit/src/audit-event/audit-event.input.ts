import { Field, ID, InputType, registerEnumType } from "type-graphql";
import { AuditOutcome } from "./audit-event.type.js";

export enum AuditOrder {
  NEWEST_FIRST = "NEWEST_FIRST",
  OLDEST_FIRST = "OLDEST_FIRST",
}
registerEnumType(AuditOrder, {
  name: "AuditOrder",
  description: "Which end of the log comes first.",
  valuesConfig: {
    NEWEST_FIRST: { description: "What happened last." },
    OLDEST_FIRST: { description: "What happened first." },
  },
});

@InputType({ description: "Which events. All that is given must hold." })
export class AuditEventFilter {
  @Field(() => ID, { nullable: true, description: "Who did it: a person's UUID." })
  userId?: string | null;

  @Field(() => ID, { nullable: true, description: "What it was done to; an entity type's id is its name." })
  entityId?: string | null;

  @Field(() => String, { nullable: true, description: "The kind of thing that it was done to, e.g. User or Product." })
  entityType?: string | null;

  @Field(() => [String], {
    nullable: true,
    description: "One of these, written out, e.g. `auth.login`; no event when the list is empty.",
  })
  actions?: string[] | null;

  @Field(() => String, {
    nullable: true,
    description: "How the action begins: `auth.*` and `auth.` are the same; `auth` finds `authority.revoke` too.",
  })
  actionPrefix?: string | null;

  @Field(() => AuditOutcome, { nullable: true, description: "How the attempt ended." })
  outcome?: AuditOutcome | null;

  @Field(() => String, { nullable: true, description: "The service that recorded it, e.g. auth." })
  service?: string | null;

  @Field(() => String, { nullable: true, description: "All that one request did: its `x-request-id`." })
  requestId?: string | null;

  @Field(() => String, { nullable: true, description: "All that belongs to one W3C trace: 32 hexadecimal digits." })
  traceId?: string | null;

  @Field(() => String, { nullable: true, description: "All that was done while signed in once: a session's UUID." })
  sessionId?: string | null;

  @Field(() => String, { nullable: true, description: "The client's address, written out: no ranges." })
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
