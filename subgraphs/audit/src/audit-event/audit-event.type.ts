import { GraphQLBigInt, GraphQLJSON, connectionType } from "@supergraph/subgraph";
import { Directive, Field, ID, Int, ObjectType, registerEnumType } from "type-graphql";
import { User } from "../user/user.type.js";

/** The values are the database's. */
export enum AuditOutcome {
  SUCCESS = "success",
  FAILURE = "failure",
  DENIED = "denied",
}
registerEnumType(AuditOutcome, {
  name: "AuditOutcome",
  description: "How an attempt ended.",
  valuesConfig: {
    SUCCESS: { description: "It was done." },
    FAILURE: { description: "It was allowed, and did not succeed; nothing was changed." },
    DENIED: { description: "It was not allowed." },
  },
});

/** The values are the database's. */
export enum ActorType {
  USER = "user",
  API_KEY = "api_key",
  SERVICE = "service",
  ANONYMOUS = "anonymous",
  SYSTEM = "system",
}
registerEnumType(ActorType, { name: "ActorType", description: "What kind of caller acted." });

@ObjectType({ description: "Who did it, as it was then.", simpleResolvers: true })
export class AuditActor {
  @Field(() => ActorType)
  type!: ActorType;

  @Field(() => ID, { nullable: true, description: "The person's id; null for callers that are nobody in particular." })
  id!: string | null;

  @Field(() => String, { nullable: true, description: "The actor's name or address at the time." })
  label!: string | null;

  @Field(() => User, { nullable: true, description: "The person as they are now." })
  user!: User | null;

  @Field(() => User, { nullable: true, description: "Who acted in the person's place." })
  impersonator!: User | null;
}

@ObjectType({ description: "What it was done to.", simpleResolvers: true })
export class AuditTarget {
  @Field(() => ID)
  id!: string;

  @Field({ description: "The kind of thing, e.g. User or the name of an entity type." })
  type!: string;

  @Field(() => String, { nullable: true, description: "The target's name at the time." })
  label!: string | null;

  @Field(() => Int, { nullable: true, description: "The version that the change made." })
  version!: number | null;
}

@ObjectType({ description: "One field that an attempt changed.", simpleResolvers: true })
export class AuditChange {
  @Field()
  field!: string;

  @Field(() => GraphQLJSON, { nullable: true })
  before!: unknown;

  @Field(() => GraphQLJSON, { nullable: true })
  after!: unknown;

  @Field({ description: "The field is sensitive: that it changed is recorded, its values are not." })
  redacted!: boolean;
}

@Directive('@key(fields: "id")')
@ObjectType({
  description: "One thing that somebody did or tried to do. An event is never changed or deleted.",
  simpleResolvers: true,
})
export class AuditEvent {
  @Field(() => ID)
  id!: string;

  @Field(() => GraphQLBigInt, {
    nullable: true,
    description:
      "The event's place in the log, counted from 0 without gaps; null until it is sealed, a second at most.",
  })
  leafIndex!: string | null;

  @Field()
  occurredAt!: Date;

  @Field({ description: "The service that recorded it." })
  service!: string;

  @Field({ description: "`resource.action`, e.g. `product.create`." })
  action!: string;

  @Field(() => AuditOutcome)
  outcome!: AuditOutcome;

  @Field(() => String, {
    nullable: true,
    description: "Why it was denied or failed, one of the reasons of errors; or the reason that the actor gave.",
  })
  reason!: string | null;

  @Field(() => AuditActor)
  actor!: AuditActor;

  @Field(() => AuditTarget, { nullable: true })
  target!: AuditTarget | null;

  @Field(() => [AuditChange], { description: "Empty unless the outcome is SUCCESS." })
  changes!: AuditChange[];

  @Field(() => GraphQLJSON, { nullable: true })
  metadata!: unknown;

  @Field(() => String, { nullable: true, description: "The request's `x-request-id`." })
  requestId!: string | null;

  @Field(() => String, { nullable: true, description: "The W3C trace that the request belonged to." })
  traceId!: string | null;

  @Field(() => String, { nullable: true })
  spanId!: string | null;

  @Field(() => String, { nullable: true })
  sessionId!: string | null;

  @Field(() => String, { nullable: true })
  ip!: string | null;

  @Field(() => String, { nullable: true })
  userAgent!: string | null;

  @Field(() => String, { nullable: true, description: "The name of the client's GraphQL operation." })
  operationName!: string | null;

  @Field(() => String, { nullable: true, description: "Where in the operation: the path of the field." })
  path!: string | null;
}

export const AuditEventConnection = connectionType(() => AuditEvent, "AuditEvent");
