import { Field, ID, ObjectType } from "type-graphql";

@ObjectType({
  description:
    "Keeps what the audit log has of a person or an entity beyond its time, and the person from being erased, until it is lifted.",
  simpleResolvers: true,
})
export class AuditLegalHold {
  @Field(() => ID, { description: "A UUID." })
  id!: string;

  @Field(() => ID, { nullable: true, description: "The person whose events it keeps; null when it is for an entity." })
  userId!: string | null;

  @Field(() => ID, { nullable: true, description: "The entity whose events it keeps; null when it is for a person." })
  entityId!: string | null;

  @Field({ description: "What it was placed for." })
  reason!: string;

  @Field(() => ID, { description: "Who placed it." })
  placedBy!: string;

  @Field({ description: "When it was placed." })
  placedAt!: Date;

  @Field(() => ID, { nullable: true, description: "Who lifted it; null while it is in force." })
  liftedBy!: string | null;

  @Field(() => Date, { nullable: true, description: "When it was lifted; null while it is in force." })
  liftedAt!: Date | null;
}
