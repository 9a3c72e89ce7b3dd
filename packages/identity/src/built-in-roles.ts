import type { Permission } from "./permission.js";

interface BuiltInRole {
  description: string;
  permissions: readonly Permission[];
}

/** The roles that migrations make; a test holds them against the database. They are never renamed or deleted. */
export const builtInRoles: Record<"admin" | "user" | "auditor", BuiltInRole> = {
  admin: { description: "May do everything.", permissions: ["*"] },
  user: {
    description: "What everyone may do with their own.",
    permissions: [
      "users:read:own",
      "users:update:own",
      "users:delete:own",
      "users:export:own",
      "sessions:read:own",
      "sessions:revoke:own",
      "api-keys:read:own",
      "api-keys:revoke:own",
    ],
  },
  auditor: {
    description: "Reads and verifies the audit log.",
    permissions: ["audit:read", "audit:verify", "users:read", "entity-types:read"],
  },
};
