import { Field, ID, InputType } from "type-graphql";

@InputType({ description: "What to keep, and why: a person's events or an entity's, one of the two." })
export class PlaceLegalHoldInput {
  @Field(() => ID, {
    nullable: true,
    description: "A person, as who acted, who acted in their place, or whom it was done to.",
  })
  userId?: string | null;

  @Field(() => ID, { nullable: true, description: "An entity, as what it was done to." })
  entityId?: string | null;

  @Field({ description: "1 to 500 characters, e.g. a case number. It stands in the audit log for good: no names." })
  reason!: string;
}
