import type { SubgraphContext } from "@supergraph/subgraph";
import { AlertService } from "./alert/alert.service.js";
import { AuditEventService } from "./audit-event/audit-event.service.js";
import type { AuditParts } from "./audit-parts.js";
import { CheckpointService } from "./checkpoint/checkpoint.service.js";
import { LegalHoldService } from "./legal-hold/legal-hold.service.js";
import { ProofService } from "./proof/proof.service.js";
import { VerificationService } from "./verification/verification.service.js";
import { RetentionService } from "./retention/retention.service.js";

export interface AuditContext extends SubgraphContext {
  readonly alerts: AlertService;
  readonly auditEvents: AuditEventService;
  readonly checkpoints: CheckpointService;
  readonly proofs: ProofService;
  readonly verification: VerificationService;
  readonly legalHolds: LegalHoldService;
  readonly retention: RetentionService;
  /** Of the key that signs checkpoints, in C2SP's form. */
  readonly verifierKey: string;
}

/** What the resolvers of one request work with. */
export function auditContext(parts: AuditParts, base: SubgraphContext): AuditContext {
  const checkpoints = new CheckpointService(parts.checkpoints);
  return {
    ...base,
    alerts: new AlertService(parts.alerts),
    auditEvents: new AuditEventService(parts.events, base),
    checkpoints,
    proofs: new ProofService(parts.tree, checkpoints, parts.subtreeRoots),
    verification: new VerificationService(parts.verifier),
    legalHolds: new LegalHoldService(base.caller, parts.holds, base.audit),
    retention: new RetentionService(parts.partitions, parts.duePartitions),
    verifierKey: parts.signer.verifierKey,
  };
}
