import { Permits } from "@supergraph/subgraph";
import { Ctx, Query, Resolver } from "type-graphql";
import type { AuditContext } from "../audit.context.js";
import { AuditPartition } from "./audit-partition.type.js";

@Resolver(() => AuditPartition)
export class RetentionResolver {
  @Query(() => [AuditPartition], {
    description:
      "The months of the audit log that are still there, oldest first, and when each goes. Takes audit:read.",
  })
  @Permits("audit:read")
  auditRetention(@Ctx() { retention }: AuditContext): Promise<AuditPartition[]> {
    return retention.partitions();
  }
}
