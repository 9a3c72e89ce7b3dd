import { GraphQLBigInt } from "@supergraph/subgraph";
import { Field, ObjectType } from "type-graphql";

@ObjectType({
  description:
    "That an event is in the signed log: `path` leads from its leaf's hash to the root of the checkpoint (RFC 9162, 2.1.3.2). Hashes are lower-case hexadecimal.",
  simpleResolvers: true,
})
export class InclusionProof {
  @Field(() => GraphQLBigInt, { description: "The event's place in the log." })
  leafIndex!: string;

  @Field({
    description: "SHA-256 of 0x00 and the event's leaf, its canonical JSON (RFC 8785): 64 hexadecimal digits.",
  })
  leafHash!: string;

  @Field(() => GraphQLBigInt, { description: "How many events the checkpoint covers." })
  treeSize!: string;

  @Field({ description: "The checkpoint's root: 64 hexadecimal digits." })
  rootHash!: string;

  @Field(() => [String], {
    description: "What stands beside the way from the leaf up to the root, 64 hexadecimal digits each.",
  })
  path!: string[];

  @Field({ description: "The signed note of the latest checkpoint, which the proof leads to." })
  checkpoint!: string;
}

@ObjectType({
  description:
    "That the log was only appended to between two sizes (RFC 9162, 2.1.4.2): whoever kept the checkpoint of each verifies it with both roots.",
  simpleResolvers: true,
})
export class ConsistencyProof {
  @Field(() => GraphQLBigInt, { description: "The smaller size." })
  fromSize!: string;

  @Field(() => GraphQLBigInt, { description: "The larger size." })
  toSize!: string;

  @Field(() => [String], {
    description: "Hashes, 64 lower-case hexadecimal digits each; none from size 0, nor between equal sizes.",
  })
  path!: string[];
}
