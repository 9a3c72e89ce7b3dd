import { GraphQLBigInt } from "@supergraph/subgraph";
import { Field, Int, ObjectType, registerEnumType } from "type-graphql";

export enum AuditPartitionState {
  KEPT = "KEPT",
  DUE = "DUE",
  ON_HOLD = "ON_HOLD",
  WAITING = "WAITING",
}
registerEnumType(AuditPartitionState, {
  name: "AuditPartitionState",
  description: "Whether a month of the audit log is to stay.",
  valuesConfig: {
    KEPT: { description: "Its time is not over, or never will be." },
    DUE: { description: "Its time is over: it is exported and goes within the hour." },
    ON_HOLD: { description: "Its time is over, and a legal hold keeps it." },
    WAITING: {
      description:
        "Its time is over. It waits for the log to grow past its last events, for an hour without late ones, or for a place to export to.",
    },
  },
});

@ObjectType({ description: "A month of the events that are kept for as long.", simpleResolvers: true })
export class AuditPartition {
  @Field({ description: "Its table's name, and what the event of its retirement calls it." })
  name!: string;

  @Field({ description: "`YYYY-MM`, UTC: when its events occurred." })
  month!: string;

  @Field(() => Int, { description: "For how long after its month's end they are kept; 0: for good." })
  retentionDays!: number;

  @Field(() => GraphQLBigInt, {
    nullable: true,
    description: "How many, as the database estimates; null when it hasn't yet.",
  })
  events!: string | null;

  @Field(() => Date, { nullable: true, description: "When their time is over; null: never." })
  dueAt!: Date | null;

  @Field(() => AuditPartitionState, { description: "Whether it is to stay." })
  state!: AuditPartitionState;
}
