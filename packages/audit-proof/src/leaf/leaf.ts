import { hash } from "node:crypto";
import { canonicalJson, withoutNulls } from "./canonical-json.js";

/** What a leaf holds of an event: all that it is once erased, and what proves the values that may be erased. */
export const LEAF_MEMBERS = [
  "id",
  "occurred_at",
  "service",
  "action",
  "outcome",
  "reason",
  "user_id",
  "actor_type",
  "actor_label",
  "impersonator_id",
  "entity_id",
  "entity_type",
  "entity_label",
  "entity_version",
  "changes",
  "metadata",
  "request_id",
  "trace_id",
  "span_id",
  "session_id",
  "operation_name",
  "path",
  "schema_version",
  "sealed_at",
  "actor_commitment",
  "impersonator_commitment",
  "target_commitment",
] as const;

/**
 * The bytes of an event's leaf: canonical JSON (RFC 8785) of its members in their erased form, nulls left out. Times are
 * text with microseconds, commitments lower-case hex; members that a leaf doesn't hold are passed over.
 */
export function leafBytes(event: Readonly<Record<string, unknown>>): Buffer {
  return Buffer.from(canonicalJson(withoutNulls(event, LEAF_MEMBERS)));
}

/**
 * SHA-256(salt || canonical JSON of a party's values, nulls left out): proves them while salt and values are there, and
 * tells nothing once they are gone.
 */
export function commitmentOf(salt: Buffer, values: Readonly<Record<string, unknown>>): Buffer {
  return hash("sha256", Buffer.concat([salt, Buffer.from(canonicalJson(withoutNulls(values)))]), "buffer");
}
