import { sqlMigration } from "@supergraph/migrations/kit";

/** People may see and end their own API keys. Names of roles that differ in case alone are one name. */
export default sqlMigration({
  allows: {
    "require-concurrent-index-creation": "There are few roles.",
  },
  up: `
    update auth.role set permissions = permissions || '{api-keys:read:own,api-keys:revoke:own}' where name = 'user';
    create unique index role_name_caseless on auth.role (lower(name));`,
  down: `
    drop index auth.role_name_caseless;
    update auth.role
      set permissions = array_remove(array_remove(permissions, 'api-keys:read:own'), 'api-keys:revoke:own')
      where name = 'user';`,
});
