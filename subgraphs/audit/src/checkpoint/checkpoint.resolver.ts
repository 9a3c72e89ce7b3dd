import type { Connection } from "@supergraph/persistence";
import { ForwardPageArguments, Permits } from "@supergraph/subgraph";
import { Args, Ctx, Query, Resolver } from "type-graphql";
import type { AuditContext } from "../audit.context.js";
import { Checkpoint, CheckpointConnection } from "./checkpoint.type.js";

@Resolver()
export class CheckpointResolver {
  @Query(() => Checkpoint, { description: "The latest checkpoint; the log's first one covers no events." })
  @Permits("audit:read")
  auditCheckpoint(@Ctx() { checkpoints }: AuditContext): Promise<Checkpoint> {
    return checkpoints.latest();
  }

  @Query(() => CheckpointConnection, { description: "All checkpoints, newest first: one a second at most." })
  @Permits("audit:read")
  auditCheckpoints(
    @Args(() => ForwardPageArguments) page: ForwardPageArguments,
    @Ctx() { checkpoints }: AuditContext,
  ): Promise<Connection<Checkpoint>> {
    return checkpoints.list(page);
  }

  @Query(() => String, {
    description:
      "The public key that checkpoints are signed with, as C2SP signed-note writes it: `<name>+<8 hexadecimal digits>+<base64>`. Keep it elsewhere: a key learned from who could forge the log proves nothing.",
  })
  @Permits("audit:read")
  auditVerifierKey(@Ctx() { verifierKey }: AuditContext): string {
    return verifierKey;
  }
}
