import { GraphQLBigInt, GraphQLJSON, connectionType } from "@supergraph/subgraph";
import { Directive, Field, ID, Int, ObjectType, registerEnumType } from "type-graphql";
import { User } from "../user/user.type.js";

/** A value that may be somebody's: it may be read only when it is asked for. */
export type Personal<T> = T | Promise<T>;

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
registerEnumType(ActorType, {
  name: "ActorType",
  description: "What kind of caller acted.",
  valuesConfig: {
    USER: { description: "A person who was signed in." },
    API_KEY: { description: "A program, by a key that a person made." },
    SERVICE: { description: "A service, by itself." },
    ANONYMOUS: { description: "Somebody who was not signed in, or could not sign in." },
    SYSTEM: { description: "Nobody: what the system does to keep itself going." },
  },
});

@ObjectType({ description: "Who did it, as it was then.", simpleResolvers: true })
export class AuditActor {
  @Field(() => ActorType, { description: "What kind of caller it was." })
  type!: ActorType;

  @Field(() => ID, { nullable: true, description: "The person's id; null for callers that are nobody in particular." })
  id!: string | null;

  @Field(() => String, {
    nullable: true,
    description: "The actor's name or address at the time; null once the person was erased.",
  })
  label!: Personal<string | null>;

  @Field(() => User, { nullable: true, description: "The person as they are now." })
  user!: User | null;

  @Field(() => User, { nullable: true, description: "Who acted in the person's place." })
  impersonator!: User | null;
}

@ObjectType({ description: "What it was done to.", simpleResolvers: true })
export class AuditTarget {
  @Field(() => ID, { description: "The id within its kind; an entity type's is its name." })
  id!: string;

  @Field({ description: "The kind of thing, e.g. User or the name of an entity type." })
  type!: string;

  @Field(() => String, {
    nullable: true,
    description: "The target's name at the time; null for none, or once the person was erased.",
  })
  label!: Personal<string | null>;

  @Field(() => Int, {
    nullable: true,
    description: "The version that the change made; null for what has none, or wasn't changed.",
  })
  version!: number | null;
}

@ObjectType({ description: "One field that an attempt changed.", simpleResolvers: true })
export class AuditChange {
  @Field({ description: "The name that the API has for it; with dots inside objects, e.g. `profile.bio`." })
  field!: string;

  @Field(() => GraphQLJSON, { nullable: true, description: "Its value until then; null for none, or when redacted." })
  before!: unknown;

  @Field(() => GraphQLJSON, { nullable: true, description: "Its value from then on; null for none, or when redacted." })
  after!: unknown;

  @Field({
    description: "That it changed is recorded, its values are not: the field is sensitive, or the person was erased.",
  })
  redacted!: boolean;
}

@Directive('@key(fields: "id")')
@ObjectType({
  description:
    "One thing that somebody did or tried to do. An event is never changed or deleted; only personal values in it can be erased.",
  simpleResolvers: true,
})
export class AuditEvent {
  @Field(() => ID, { description: "A UUID, from the moment that it happened." })
  id!: string;

  @Field(() => GraphQLBigInt, {
    nullable: true,
    description:
      "The event's place in the log, counted from 0 without gaps; null until it is sealed, a second at most.",
  })
  leafIndex!: string | null;

  @Field({ description: "When the attempt ended, by the clock of the service that recorded it." })
  occurredAt!: Date;

  @Field({ description: "The service that recorded it: users, auth, dynamic or audit." })
  service!: string;

  @Field({ description: "`resource.action`, e.g. `product.create`." })
  action!: string;

  @Field(() => AuditOutcome, { description: "Whether it was done, failed or was refused." })
  outcome!: AuditOutcome;

  @Field(() => String, {
    nullable: true,
    description:
      "Why it was denied or failed, one of the reasons of errors; or what the actor gave as one, until the person that it is about was erased.",
  })
  reason!: Personal<string | null>;

  @Field(() => AuditActor, { description: "Who did it." })
  actor!: AuditActor;

  @Field(() => AuditTarget, {
    nullable: true,
    description: "What it was done to; null when there was nothing in particular.",
  })
  target!: AuditTarget | null;

  @Field(() => [AuditChange], { description: "Empty unless the outcome is SUCCESS." })
  changes!: Personal<AuditChange[]>;

  @Field(() => GraphQLJSON, {
    nullable: true,
    description: "An object of what the action has to add, e.g. the roleId of `role.assign`; null for nothing.",
  })
  metadata!: unknown;

  @Field(() => String, { nullable: true, description: "The request's `x-request-id`." })
  requestId!: string | null;

  @Field(() => String, {
    nullable: true,
    description: "The W3C trace that the request belonged to: 32 hexadecimal digits.",
  })
  traceId!: string | null;

  @Field(() => String, {
    nullable: true,
    description: "The part of the trace that recorded it: 16 hexadecimal digits.",
  })
  spanId!: string | null;

  @Field(() => String, { nullable: true, description: "The session that the actor was signed in with: a UUID." })
  sessionId!: string | null;

  @Field(() => String, {
    nullable: true,
    description: "The client's address, as the gateway saw it; null once the person was erased.",
  })
  ip!: Personal<string | null>;

  @Field(() => String, {
    nullable: true,
    description: "What the client called itself; null once the person was erased.",
  })
  userAgent!: Personal<string | null>;

  @Field(() => String, { nullable: true, description: "The name of the client's GraphQL operation." })
  operationName!: string | null;

  @Field(() => String, { nullable: true, description: "Where in the operation: the path of the field." })
  path!: string | null;
}

export const AuditEventConnection = connectionType(() => AuditEvent, "AuditEvent");
