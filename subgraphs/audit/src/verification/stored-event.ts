import { leafBytes, leafHash } from "@supergraph/audit-proof";
import type { AuditEvent } from "@supergraph/audit-trail";
import { inMicroseconds } from "../sequencer/drain.statement.js";

/** A row of `audit.event` as `STORED_COLUMNS` selects it: times are text with microseconds, as in its leaf. */
export interface StoredEvent extends Omit<AuditEvent, "ip" | "user_agent"> {
  /** A bigint, as text. */
  leaf_index: string;
  retention_days: number;
  sealed_at: string;
  actor_commitment: Buffer | null;
  impersonator_commitment: Buffer | null;
  target_commitment: Buffer | null;
  actor_label_text: string | null;
  ip_text: string | null;
  user_agent_text: string | null;
  entity_label_text: string | null;
  reason_text: string | null;
  changes_sealed: Buffer | null;
  leaf_hash: Buffer;
}

export const STORED_COLUMNS = `
  leaf_index, retention_days, ${inMicroseconds("sealed_at")} as sealed_at, id, ${inMicroseconds("occurred_at")} as occurred_at,
  service, action, outcome, reason, user_id, actor_type, actor_label, impersonator_id, entity_id, entity_type,
  entity_label, entity_version, changes, metadata, request_id, trace_id, span_id, session_id, operation_name, path,
  schema_version, actor_commitment, impersonator_commitment, target_commitment,
  actor_label_text, ip_text, user_agent_text, entity_label_text, reason_text, changes_sealed, leaf_hash`;

/** The hash of the leaf that the row's columns make, whatever the row says of it. */
export function recomputedHash(row: StoredEvent): Buffer {
  const { actor_commitment: actor, impersonator_commitment: impersonator, target_commitment: target } = row;
  const commitments = {
    actor_commitment: actor?.toString("hex"),
    impersonator_commitment: impersonator?.toString("hex"),
    target_commitment: target?.toString("hex"),
  };
  return leafHash(leafBytes({ ...row, ...commitments }));
}
