import type { Database } from "@supergraph/persistence";
import type { AuditEventRow } from "../audit-event/audit-event.repository.js";

/** Sealed events that the person did or that concern them. */
const OWN_EVENTS = `
  select null as ip, null as user_agent, event.* from audit.event
  where (user_id = :id or impersonator_id = :id or (entity_id = :id::uuid::text and entity_type = 'User'))
    and leaf_index > :after
  order by leaf_index limit :limit`;

/** What was changed about a person's addresses; which fields changed is no secret. */
const CHANGED_ADDRESSES = `
  select id, changes_sealed from audit.event
  where entity_id = :id::uuid::text and entity_type = 'User' and changes_sealed is not null
    and exists (select from jsonb_array_elements(changes) as change where change ->> 'field' ilike '%email%')`;

/** What the log holds of a person. */
export class PersonRepository {
  constructor(private readonly database: Database) {}

  async changedAddressesOf(id: string): Promise<{ id: string; changes_sealed: Buffer }[]> {
    const { rows } = await this.database.run((query) =>
      query.raw<{ rows: { id: string; changes_sealed: Buffer }[] }>(CHANGED_ADDRESSES, { id }),
    );
    return rows;
  }

  /** Destroys the subjects' keys and texts, and remembers them: what is sealed later of them is dropped. */
  async erase(subjects: string[]): Promise<void> {
    await this.database.run(async (query) => {
      const rows = subjects.map((subject_id) => ({ subject_id }));
      await query("erased_person").insert(rows).onConflict("subject_id").ignore();
      await query("personal_text").whereIn("subject_id", subjects).delete();
      await query("person_key").whereIn("subject_id", subjects).delete();
    });
  }

  /** Sealed events that the person did or that concern them, in the log's order, after the leaf index `after`. */
  async eventsOf(id: string, after: string, limit: number): Promise<AuditEventRow[]> {
    const { rows } = await this.database.run((query) =>
      query.raw<{ rows: AuditEventRow[] }>(OWN_EVENTS, { id, after, limit }),
    );
    return rows;
  }
}
