import "reflect-metadata";
import type { PageArguments } from "@supergraph/persistence";
import { ArgsType, Directive, Field, Int, ObjectType, registerEnumType, type ClassType } from "type-graphql";

@Directive("@shareable")
@ObjectType({ description: "Where a page stands in its list." })
export class PageInfo {
  @Field({ description: "Whether the list goes on after `endCursor`." }) hasNextPage!: boolean;
  @Field({ description: "Whether the list holds something before `startCursor`." }) hasPreviousPage!: boolean;

  @Field(() => String, {
    nullable: true,
    description: "Goes into `before`, for the page before this; null when empty.",
  })
  startCursor!: string | null;

  @Field(() => String, { nullable: true, description: "Goes into `after`, for the page after this; null when empty." })
  endCursor!: string | null;
}

@ArgsType()
export class ForwardPageArguments implements PageArguments {
  @Field(() => Int, { nullable: true, description: "How many, 1 to 100; 20 unless told." })
  first?: number | null;

  @Field(() => String, { nullable: true, description: "The cursor after which the page begins." })
  after?: string | null;
}

@ArgsType()
export class PageArgumentsInput extends ForwardPageArguments {
  @Field(() => Int, {
    nullable: true,
    description: "How many, 1 to 100, counted back from `before` or the list's end.",
  })
  last?: number | null;

  @Field(() => String, { nullable: true, description: "The cursor before which the page ends." })
  before?: string | null;
}

export enum OrderDirection {
  ASC = "ASC",
  DESC = "DESC",
}
registerEnumType(OrderDirection, {
  name: "OrderDirection",
  description: "Which end of an order comes first.",
  valuesConfig: {
    ASC: { description: "Smallest, earliest or A first." },
    DESC: { description: "Largest, latest or Z first." },
  },
});

/** Makes the classes `<name>Connection` and `<name>Edge` of a node type. */
export function connectionType<Node extends object>(node: () => ClassType<Node>, name: string) {
  @ObjectType(`${name}Edge`, { description: "A place in a list, and what stands there.", simpleResolvers: true })
  class Edge {
    @Field({ description: "Goes into `after` or `before`, of the same list in the same order." }) cursor!: string;
    @Field(node, { description: "What stands there." }) node!: Node;
  }

  // graphql-js's own resolver calls totalCount; type-graphql's would hand the function out as the value.
  @ObjectType(`${name}Connection`, { description: "A page of a list.", simpleResolvers: true })
  class Connection {
    @Field(() => [node()], { description: "What is on the page, in the list's order." }) nodes!: Node[];
    @Field(() => [Edge], { description: "The nodes, each with its cursor." }) edges!: Edge[];
    @Field(() => PageInfo, { description: "Whether there is more, and from where." }) pageInfo!: PageInfo;
    @Field(() => Int, { description: "Of the whole list; computed only when asked for." })
    totalCount!: () => Promise<number>;
  }
  return Connection;
}
