import { GraphQLBigInt } from "@supergraph/subgraph";
import { Field, ObjectType, registerEnumType } from "type-graphql";

/** More groups than anybody reads. */
export const MAXIMUM_COUNTS = 1_000;

export enum AuditGroup {
  ACTION = "ACTION",
  OUTCOME = "OUTCOME",
  SERVICE = "SERVICE",
  USER = "USER",
  ENTITY_TYPE = "ENTITY_TYPE",
  HOUR = "HOUR",
  DAY = "DAY",
}
registerEnumType(AuditGroup, {
  name: "AuditGroup",
  description: "What events that are counted together have in common.",
  valuesConfig: {
    ACTION: { description: "What was done." },
    OUTCOME: { description: "How it ended." },
    SERVICE: { description: "Which service recorded it." },
    USER: { description: "Who did it." },
    ENTITY_TYPE: { description: "What kind of thing it was done to." },
    HOUR: { description: "The hour that it happened in, UTC." },
    DAY: { description: "The day that it happened on, UTC." },
  },
});

@ObjectType({ description: "How many events have something in common.", simpleResolvers: true })
export class AuditCount {
  @Field({
    description:
      "What they have in common: an action, an outcome as AuditOutcome names it, a service, a person's id, an entity type, an hour such as `2026-11-28T10:00:00Z` (its beginning), or a day such as `2026-11-28`. Empty for events of no person, or about nothing in particular.",
  })
  key!: string;

  @Field(() => GraphQLBigInt, { description: "How many events those are." })
  count!: string;
}
