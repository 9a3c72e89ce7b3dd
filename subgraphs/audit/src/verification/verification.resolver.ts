import { Audited, GraphQLBigInt, Permits } from "@supergraph/subgraph";
import { Arg, Ctx, Query, Resolver } from "type-graphql";
import type { AuditContext } from "../audit.context.js";
import { AuditVerification } from "./audit-verification.type.js";

@Resolver()
export class VerificationResolver {
  @Query(() => AuditVerification, {
    description:
      "Recomputes the log from its events and compares it with the signed checkpoints. A whole log takes about a minute a million events.",
  })
  @Audited({ action: "audit.verify" })
  @Permits("audit:verify")
  verifyAuditLog(
    @Arg("fromIndex", () => GraphQLBigInt, {
      nullable: true,
      description: "The leafIndex of the first event to check; the log's first unless given.",
    })
    fromIndex: number | string | null,
    @Arg("toIndex", () => GraphQLBigInt, {
      nullable: true,
      description: "The leafIndex before which to end; the log's end unless given.",
    })
    toIndex: number | string | null,
    @Arg("against", () => String, {
      nullable: true,
      description:
        "Checkpoints that were kept elsewhere, as notes, one after another: only these tell of a tail that was cut with its checkpoints, and of another history that the log's own key signed.",
    })
    against: string | null,
    @Ctx() { verification }: AuditContext,
  ): Promise<AuditVerification> {
    return verification.verify({
      fromIndex: fromIndex ?? null,
      toIndex: toIndex ?? null,
      against: against ?? null,
    });
  }
}
