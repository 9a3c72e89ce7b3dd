import type { AuditTarget } from "@supergraph/audit-trail";
import type { User } from "./user.type.js";

/** Recorded as changed, without values: they are the person's own business. */
export const SENSITIVE: ReadonlySet<string> = new Set(["settings"]);

/** What the audit log compares of a person. */
export function auditedFields(user: User): Record<string, unknown> {
  const { email, firstName, lastName, displayName, status, profile, settings } = user;
  const ofProfile = Object.entries(profile).map(([field, value]) => [`profile.${field}`, value] as const);
  return { email, firstName, lastName, displayName, status, settings, ...Object.fromEntries(ofProfile) };
}

/** The person as the target of a change. */
export function targetOf({ id, email, version }: User): AuditTarget {
  return { type: "User", id, version, ...(email !== null && { label: email }) };
}

/** The person as the target of what changes nothing of them. */
export function unchanged(user: User): AuditTarget {
  const { version: _, ...target } = targetOf(user);
  return target;
}
