import { newId, type Database } from "@supergraph/persistence";

/** A row of `auth.service_account`. */
export interface ServiceAccountRow {
  id: string;
  name: string;
  description: string | null;
  /** SHA-256; the secret itself is nowhere. */
  secret_hash: Buffer;
  permissions: string[];
  created_by: string;
  created_at: Date;
  last_used_at: Date | null;
  disabled_at: Date | null;
}

export class ServiceAccountRepository {
  constructor(private readonly database: Database) {}

  async findAll(): Promise<ServiceAccountRow[]> {
    return this.database.run((query) => query<ServiceAccountRow>("service_account").orderBy("name").select("*"));
  }

  async find(id: string): Promise<ServiceAccountRow | undefined> {
    return this.database.run((query) => query<ServiceAccountRow>("service_account").where({ id }).first());
  }

  async insert(
    account: Pick<ServiceAccountRow, "name" | "description" | "secret_hash" | "permissions" | "created_by">,
  ): Promise<ServiceAccountRow> {
    const [row] = await this.database.run((query) =>
      query<ServiceAccountRow>("service_account")
        .insert({ id: newId(), ...account })
        .returning("*"),
    );
    if (!row) throw new Error("An inserted service account was not returned");
    return row;
  }

  /** Undefined when there is none of this id that is not disabled. */
  async replaceSecret(id: string, secretHash: Buffer): Promise<ServiceAccountRow | undefined> {
    const [row] = await this.database.run((query) =>
      query<ServiceAccountRow>("service_account")
        .where({ id })
        .whereNull("disabled_at")
        .update({ secret_hash: secretHash })
        .returning("*"),
    );
    return row;
  }

  /** Undefined when there is none of this id that is not disabled yet. */
  async disable(id: string): Promise<ServiceAccountRow | undefined> {
    const [row] = await this.database.run((query) =>
      query<ServiceAccountRow>("service_account")
        .where({ id })
        .whereNull("disabled_at")
        .update({ disabled_at: query.fn.now() as unknown as Date })
        .returning("*"),
    );
    return row;
  }

  /** Notes that the account signs in; false when it has been disabled, or given another secret, in the meantime. */
  async markUsed({ id, secret_hash }: Pick<ServiceAccountRow, "id" | "secret_hash">): Promise<boolean> {
    const used = await this.database.run((query) =>
      query("service_account")
        .where({ id, secret_hash })
        .whereNull("disabled_at")
        .update({ last_used_at: query.fn.now() }),
    );
    return used > 0;
  }
}
