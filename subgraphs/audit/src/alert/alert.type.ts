import { connectionType, GraphQLBigInt } from "@supergraph/subgraph";
import { Field, ID, Int, ObjectType } from "type-graphql";
import { AuditTarget } from "../audit-event/audit-event.type.js";

@ObjectType({ description: "Something suspicious that a rule found in the audit log. Holds no personal values." })
export class AuditAlert {
  @Field(() => ID, { description: "A UUID: the id of its event `alert.raised` as well." })
  id!: string;

  @Field({ description: "The rule that found it, e.g. `failed-sign-ins-account`." })
  rule!: string;

  @Field({ description: "When it was raised." })
  raisedAt!: Date;

  @Field({ description: "What was found, in words." })
  message!: string;

  @Field(() => AuditTarget, {
    description:
      "What it is about: the person, service account or outbox; else the event that completed it, as an AuditEvent.",
  })
  target!: AuditTarget;

  @Field(() => GraphQLBigInt, { description: "How many events it was raised at." })
  count!: string;

  @Field(() => Int, { description: "Within how many seconds they happened; in as many no second one is raised." })
  windowSeconds!: number;

  @Field(() => GraphQLBigInt, {
    nullable: true,
    description: "The leaf index of the first of the events; null when it is about none that is sealed.",
  })
  firstLeaf!: string | null;

  @Field(() => GraphQLBigInt, { nullable: true, description: "The leaf index of the event that completed it." })
  lastLeaf!: string | null;
}

export const AuditAlertConnection = connectionType(() => AuditAlert, "AuditAlert");
