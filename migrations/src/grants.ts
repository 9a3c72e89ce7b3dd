import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { scramVerifier } from "./scram-verifier.js";
import { databaseNameOf, serviceRole, services, type RolePasswords, type Service } from "./services.js";

const { escapeIdentifier, escapeLiteral } = pg;

/**
 * Makes the services' roles and brings their rights to what docs/architecture.md says, in one transaction.
 * May be repeated at any time. A role without a password given keeps the one it has; a new one may not log in.
 */
export async function applyGrants(client: pg.Client, url: string, passwords: RolePasswords): Promise<void> {
  const database = databaseNameOf(url);
  const statements = [
    ...services.flatMap((service) => roleStatements(serviceRole(database, service), service, passwords[service])),
    ...databaseStatements(database),
    ...services.flatMap((service) => schemaStatements(serviceRole(database, service), service)),
    ...auditStatements(serviceRole(database, "audit")),
  ];
  // Roles and databases stand in catalogs of the whole cluster, which runs on other databases write as well.
  for (let attempt = 1; ; attempt++) {
    try {
      await client.query(`begin; ${statements.join("\n")} commit;`);
      return;
    } catch (error) {
      await client.query("rollback");
      if (attempt === 10 || !isConflict(error)) throw error;
      await sleep(50 * Math.random() * attempt);
    }
  }
}

function roleStatements(role: string, service: Service, password: string | undefined): string[] {
  const name = escapeIdentifier(role);
  return [
    `do $$ begin
       if not exists (select from pg_roles where rolname = ${escapeLiteral(role)}) then
         create role ${name} nologin;
       end if;
     end $$;`,
    ...(password === undefined ? [] : [`alter role ${name} login password ${escapeLiteral(scramVerifier(password))};`]),
    `alter role ${name} set search_path = ${escapeIdentifier(service)};`,
  ];
}

function databaseStatements(database: string): string[] {
  const name = escapeIdentifier(database);
  const roles = services.map((service) => escapeIdentifier(serviceRole(database, service))).join(", ");
  return [
    "revoke all on schema public from public;",
    `revoke all on database ${name} from public;`,
    `grant connect on database ${name} to ${roles};`,
  ];
}

function schemaStatements(role: string, service: Service): string[] {
  const name = escapeIdentifier(role);
  const schema = escapeIdentifier(service);
  return [
    `grant usage on schema ${schema} to ${name};`,
    ...(service === "audit" ? noTablesUnlessNamed(name) : allTables(role, service)),
    ...(service === "dynamic" ? ownTableStatements(name) : []),
    limit(`${service}.audit_outbox`, name, "select, insert"),
    // A service may see which version its schema has, no more.
    limit(`${service}.knex_migrations`, name, "select"),
    limit(`${service}.knex_migrations_lock`, name, "select"),
  ];
}

function allTables(role: string, service: Service): string[] {
  const name = escapeIdentifier(role);
  const toCome = `alter default privileges in schema ${escapeIdentifier(service)}`;
  return [
    grantOwned(service, "r p v m", "select, insert, update, delete on table", role),
    grantOwned(service, "S", "usage, select, update on sequence", role),
    `${toCome} grant select, insert, update, delete on tables to ${name};`,
    `${toCome} grant usage, select, update on sequences to ${name};`,
  ];
}

/** The log's months come as it runs, and nobody may change what stands in them: rights are named, table by table. */
function noTablesUnlessNamed(name: string): string[] {
  return [
    `alter default privileges in schema audit revoke all on tables from ${name};`,
    `revoke all on all tables in schema audit from ${name};`,
  ];
}

/** The tables of entity types: dynamic makes them, and owns what it made. */
function ownTableStatements(name: string): string[] {
  return [`grant create on schema dynamic to ${name};`, grantIfThere("dynamic.entity", name, "references")];
}

/** What is written once is never changed: not even by the service that wrote it. */
const AUDIT_RIGHTS = {
  "audit.event": "select, insert",
  "audit.known_event": "select",
  "audit.tile": "select, insert",
  "audit.tree": "select, update",
  "audit.checkpoint": "select, insert",
  "audit.checkpoint_cosignature": "select, insert",
  "audit.erased_person": "select, insert",
  // A key's wrapping changes with the key that it is wrapped by; erasing deletes it.
  "audit.person_key": "select, insert, update, delete",
  "audit.personal_text": "select, insert, delete",
  "audit.secret": "select, insert, update",
  "audit.alert": "select, insert",
  "audit.alert_progress": "select, update",
  "audit.alert_sighting": "select, insert, delete",
  "audit.alert_quiet": "select, insert, update, delete",
  "audit.alert_delivery": "select, insert, update, delete",
  // Lifting is a change; nobody takes away that there was one.
  "audit.legal_hold": "select, insert, update",
  // Taken over into audit.secret.
  "audit.address_key": "select, delete",
};

const AUDIT_FUNCTIONS = [
  "audit.ensure_partition(integer, timestamptz)",
  "audit.partition_due_at(text)",
  "audit.is_on_hold(text)",
  "audit.retire_partition(text, bigint)",
];

function auditStatements(role: string): string[] {
  const name = escapeIdentifier(role);
  return [
    ...services.flatMap((service) => [
      `grant usage on schema ${escapeIdentifier(service)} to ${name};`,
      limit(`${service}.audit_outbox`, name, service === "audit" ? "select, insert, delete" : "select, delete"),
    ]),
    ...Object.entries(AUDIT_RIGHTS).map(([relation, rights]) => limit(relation, name, rights)),
    ...AUDIT_FUNCTIONS.map((signature) => ifFunction(signature, `grant execute on function ${signature} to ${name};`)),
  ];
}

/** Grants on what the owner has in a schema; what the service itself made is the service's without a grant. */
function grantOwned(schema: string, kinds: string, rights: string, role: string): string {
  return `
    do $$ declare relation regclass; begin
      for relation in
        select oid from pg_class
        where relnamespace = ${escapeLiteral(schema)}::regnamespace
          and relkind = any (string_to_array(${escapeLiteral(kinds)}, ' ')::"char"[])
          and pg_get_userbyid(relowner) = current_user
      loop
        execute format('grant ${rights} %s to %I', relation, ${escapeLiteral(role)});
      end loop;
    end $$;`;
}

/** Leaves `role` with exactly `rights` on a relation. */
function limit(relation: string, role: string, rights: string): string {
  return ifThere(relation, `revoke all on ${relation} from ${role}; grant ${rights} on ${relation} to ${role};`);
}

function grantIfThere(relation: string, role: string, rights: string): string {
  return ifThere(relation, `grant ${rights} on ${relation} to ${role};`);
}

function ifFunction(signature: string, statements: string): string {
  return `do $$ begin if to_regprocedure(${escapeLiteral(signature)}) is not null then ${statements} end if; end $$;`;
}

/** A `down` may have taken the relation away. */
function ifThere(relation: string, statements: string): string {
  return `do $$ begin if to_regclass(${escapeLiteral(relation)}) is not null then ${statements} end if; end $$;`;
}

function isConflict(error: unknown): boolean {
  if (!(error instanceof pg.DatabaseError)) return false;
  if (error.message.includes("concurrently")) return true;
  // Another run made the same role at the same moment, or we met in a deadlock.
  return error.code === "23505" || error.code === "40P01" || error.code === "40001";
}
