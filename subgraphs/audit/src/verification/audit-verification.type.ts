import { GraphQLBigInt } from "@supergraph/subgraph";
import { Field, ObjectType, registerEnumType } from "type-graphql";

export enum AuditProblemKind {
  MODIFIED = "MODIFIED",
  MISSING = "MISSING",
  INSERTED = "INSERTED",
  REORDERED = "REORDERED",
  TRUNCATED = "TRUNCATED",
  FORKED = "FORKED",
  BAD_SIGNATURE = "BAD_SIGNATURE",
}
registerEnumType(AuditProblemKind, {
  name: "AuditProblemKind",
  description: "What happened to the log.",
  valuesConfig: {
    MODIFIED: { description: "Something was changed after it was sealed." },
    MISSING: { description: "Something is gone that neither an erasure nor retention explains." },
    INSERTED: { description: "An event stands there that was not sealed there." },
    REORDERED: { description: "An event stands in the place of another." },
    TRUNCATED: { description: "The log was longer: its tail was cut, or its newest checkpoints." },
    FORKED: { description: "It is another history than the one that was signed." },
    BAD_SIGNATURE: { description: "The log's key did not sign this checkpoint." },
  },
});

@ObjectType({ description: "Something in the log that is not as it was sealed and signed.", simpleResolvers: true })
export class AuditProblem {
  @Field(() => GraphQLBigInt, {
    nullable: true,
    description: "The event that it is about, or the first of several; null when it is about none.",
  })
  leafIndex!: number | null;

  @Field(() => AuditProblemKind, { description: "What happened." })
  kind!: AuditProblemKind;

  @Field({ description: "In words, with the event, checkpoint or person that it is about." })
  message!: string;
}

@ObjectType({ description: "What a check of the log found.", simpleResolvers: true })
export class AuditVerification {
  @Field({ description: "Whether there is no problem." })
  ok!: boolean;

  @Field(() => GraphQLBigInt, { description: "The first event that was checked." })
  checkedFrom!: number;

  @Field(() => GraphQLBigInt, { description: "The event before which the check ended." })
  checkedTo!: number;

  @Field({
    description:
      "The recomputed root of the tree of checkedTo events: 64 lower-case hexadecimal digits, to compare with a checkpoint.",
  })
  rootHash!: string;

  @Field(() => [AuditProblem], { description: "What was found, a thousand at most." })
  problems!: AuditProblem[];
}
