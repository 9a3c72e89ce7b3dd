import { GraphQLBigInt, Permits } from "@supergraph/subgraph";
import { Arg, Ctx, FieldResolver, Query, Resolver, Root } from "type-graphql";
import type { AuditContext } from "../audit.context.js";
import { AuditEvent } from "../audit-event/audit-event.type.js";
import type { Size } from "./proof.service.js";
import { ConsistencyProof, InclusionProof } from "./proof.type.js";

@Resolver(() => AuditEvent)
export class ProofResolver {
  @FieldResolver(() => InclusionProof, {
    nullable: true,
    description:
      "That the event is in the signed log, by the latest checkpoint; null until one covers it, a second or two. Takes the permission audit:read: it tells how much the log holds.",
  })
  @Permits("audit:read")
  proof(@Root() { leafIndex }: AuditEvent, @Ctx() { proofs }: AuditContext): Promise<InclusionProof | null> {
    return proofs.ofLeaf(leafIndex);
  }

  @Query(() => ConsistencyProof, {
    description:
      "That the log was only appended to between two of its sizes, 0 <= fromSize <= toSize; of checkpoints or any others.",
  })
  @Permits("audit:read")
  auditConsistencyProof(
    @Arg("fromSize", () => GraphQLBigInt, { description: "How many events the log held first." }) fromSize: Size,
    @Arg("toSize", () => GraphQLBigInt, { description: "How many it held then; as many as it holds now at most." })
    toSize: Size,
    @Ctx() { proofs }: AuditContext,
  ): Promise<ConsistencyProof> {
    return proofs.ofConsistency(fromSize, toSize);
  }
}
