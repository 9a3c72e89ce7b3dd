import { inMicroseconds } from "../sequencer/drain.statement.js";

/** What an export reads of `audit.event`: each row an `ExportedRow`. */
export const EXPORTED_COLUMNS = `
  leaf_index, leaf_hash, ${inMicroseconds("sealed_at")} as sealed_at, id, ${inMicroseconds("occurred_at")} as occurred_at,
  service, action, outcome, reason, user_id, actor_type, actor_label, impersonator_id, entity_id, entity_type,
  entity_label, entity_version, changes, metadata, request_id, trace_id, span_id, session_id, operation_name, path,
  schema_version, actor_commitment, impersonator_commitment, target_commitment,
  actor_label_text, ip_text, user_agent_text, entity_label_text, reason_text, changes_sealed`;
