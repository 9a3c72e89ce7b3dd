import { sqlMigration } from "@supergraph/migrations/kit";

export default sqlMigration({
  up: `
    insert into auth.role (id, name, description, built_in, permissions) values
      ('01900000-0000-7000-8000-000000000001', 'admin', 'May do everything.', true, '{*}'),
      ('01900000-0000-7000-8000-000000000002', 'user', 'What everyone may do with their own.', true,
       '{users:read:own,users:update:own,sessions:read:own,sessions:revoke:own}'),
      ('01900000-0000-7000-8000-000000000003', 'auditor', 'Reads and verifies the audit log.', true,
       '{audit:read,audit:verify,users:read,entity-types:read}');`,
  down: `
    delete from auth.role_grant where role_id in (select id from auth.role where built_in);
    delete from auth.role where built_in;`,
});
