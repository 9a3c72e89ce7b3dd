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
  const toCome = `alter default privileges in schema ${schema}`;
  return [
    `grant usage on schema ${schema} to ${name};`,
    grantOwned(service, "r p v m", "select, insert, update, delete on table", role),
    grantOwned(service, "S", "usage, select, update on sequence", role),
    `${toCome} grant select, insert, update, delete on tables to ${name};`,
    `${toCome} grant usage, select, update on sequences to ${name};`,
    ...(service === "dynamic" ? ownTableStatements(name) : []),
    limit(`${service}.audit_outbox`, name, "select, insert"),
    // A service may see which version its schema has, no more.
    limit(`${service}.knex_migrations`, name, "select"),
    limit(`${service}.knex_migrations_lock`, name, "select"),
  ];
}

/** The tables of entity types: dynamic makes them, and owns what it made. */
function ownTableStatements(name: string): string[] {
  return [`grant create on schema dynamic to ${name};`, grantIfThere("dynamic.entity", name, "references")];
}

function auditStatements(role: string): string[] {
  const name = escapeIdentifier(role);
  return [
    ...services.flatMap((service) => [
      `grant usage on schema ${escapeIdentifier(service)} to ${name};`,
      limit(`${service}.audit_outbox`, name, service === "audit" ? "select, insert, delete" : "select, delete"),
    ]),
    limit("audit.event", name, "select, insert"),
    // To erase it: a trigger refuses every other change.
    limit("audit.personal_value", name, "select, insert, update"),
    limit("audit.erased_person", name, "select, insert"),
    ...["audit.address_key", "audit.known_event", "audit.known_ip"].map((relation) => limit(relation, name, "select")),
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
