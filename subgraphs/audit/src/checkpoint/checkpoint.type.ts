import { connectionType, GraphQLBigInt } from "@supergraph/subgraph";
import { Field, ObjectType } from "type-graphql";

@ObjectType({
  description:
    "What the log was at a moment, signed: whoever keeps it elsewhere notices when events before it are changed or gone.",
  simpleResolvers: true,
})
export class Checkpoint {
  @Field(() => GraphQLBigInt, { description: "How many events it covers: those with a smaller leafIndex." })
  treeSize!: string;

  @Field({ description: "The root of their Merkle tree (RFC 9162): 64 lower-case hexadecimal digits." })
  rootHash!: string;

  @Field({ description: "When it was signed." })
  signedAt!: Date;

  @Field({
    description:
      "The checkpoint as a signed note (C2SP tlog-checkpoint), with the cosignatures of witnesses that have arrived. Keep it as it is, to the last newline.",
  })
  note!: string;
}

export const CheckpointConnection = connectionType(() => Checkpoint, "Checkpoint");
