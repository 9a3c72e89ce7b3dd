import { buildStaticSchema, type StaticSchema } from "@supergraph/subgraph";
import type { AuditContext } from "./audit.context.js";
import { AlertResolver } from "./alert/alert.resolver.js";
import { AuditEventResolver } from "./audit-event/audit-event.resolver.js";
import { CheckpointResolver } from "./checkpoint/checkpoint.resolver.js";
import { EntityResolver } from "./entity/entity.resolver.js";
import { Entity } from "./entity/entity.type.js";
import { ProofResolver } from "./proof/proof.resolver.js";
import { LegalHoldResolver } from "./legal-hold/legal-hold.resolver.js";
import { RetentionResolver } from "./retention/retention.resolver.js";
import { UserResolver } from "./user/user.resolver.js";
import { VerificationResolver } from "./verification/verification.resolver.js";

/** Everything of the audit subgraph's schema; its SDL is what composition reads. */
export function buildAuditSchema(): Promise<StaticSchema> {
  return buildStaticSchema<AuditContext>({
    resolvers: [
      AuditEventResolver,
      CheckpointResolver,
      ProofResolver,
      VerificationResolver,
      AlertResolver,
      LegalHoldResolver,
      RetentionResolver,
      UserResolver,
      EntityResolver,
    ],
    // No field gives an entity: other subgraphs do.
    orphanedTypes: [Entity],
    references: {
      AuditEvent: ({ id }, { auditEvents }) => auditEvents.byId(id),
      // The events are what needs a permission: that a user or an entity has this id is the asker's own word.
      User: ({ id }) => ({ id }),
      Entity: ({ id }) => ({ id }),
    },
  });
}
