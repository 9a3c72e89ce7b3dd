import type { Database } from "@supergraph/persistence";
import type { JWK } from "jose";
import { SigningKeyStatus } from "./signing-key.type.js";

const { PUBLISHED, ACTIVE, RETIRING, RETIRED } = SigningKeyStatus;

/** A row of `auth.signing_key`. */
export interface SigningKeyRow {
  kid: string;
  algorithm: string;
  status: SigningKeyStatus;
  public_jwk: JWK;
  /** Null once it is retired. */
  private_jwk_encrypted: Buffer | null;
  created_at: Date;
  activated_at: Date | null;
  /** When another became the one that signs. */
  replaced_at: Date | null;
  retired_at: Date | null;
}

export type NewSigningKey = Pick<SigningKeyRow, "kid" | "algorithm" | "public_jwk" | "private_jwk_encrypted">;

/** Seconds, on the database's clock: replicas' clocks may differ. */
export interface KeyAges {
  /** From being published to signing. */
  settled: number;
  /** From signing for the last time to being retired. */
  outlived: number;
  /** From signing for the first time to being replaced; 0: never. */
  worn: number;
}

export class SigningKeyRepository {
  constructor(private readonly database: Database) {}

  /** The rest of the unit of work is alone in changing keys. */
  async lock(): Promise<void> {
    await this.database.run((query) => query.raw("select pg_advisory_xact_lock(hashtext('auth.signing_key'))"));
  }

  async findActiveKid(): Promise<string | undefined> {
    const row = await this.database.run((query) =>
      query<SigningKeyRow>("signing_key").where({ status: ACTIVE }).first("kid"),
    );
    return row?.kid;
  }

  async find(kid: string): Promise<SigningKeyRow | undefined> {
    return this.database.run((query) => query<SigningKeyRow>("signing_key").where({ kid }).first());
  }

  /** Newest first; of these statuses, or all. */
  async list(statuses: SigningKeyStatus[] = [PUBLISHED, ACTIVE, RETIRING, RETIRED]): Promise<SigningKeyRow[]> {
    return this.database.run((query) =>
      query<SigningKeyRow>("signing_key")
        .whereIn("status", statuses)
        .orderBy([
          { column: "created_at", order: "desc" },
          { column: "kid", order: "desc" },
        ])
        .select("*"),
    );
  }

  async insert(
    key: NewSigningKey,
    status: SigningKeyStatus.PUBLISHED | SigningKeyStatus.ACTIVE,
  ): Promise<SigningKeyRow> {
    const [row] = await this.database.run((query) =>
      query("signing_key")
        .insert({
          ...key,
          public_jwk: JSON.stringify(key.public_jwk),
          status,
          ...(status === ACTIVE && { activated_at: query.fn.now() }),
        })
        .returning<SigningKeyRow[]>("*"),
    );
    if (!row) throw new Error("An inserted signing key was not returned");
    return row;
  }

  /** Keys whose time for the next step has come, by the step. */
  async findDue({
    settled,
    outlived,
    worn,
  }: KeyAges): Promise<{ kid: string; step: "activate" | "retire" | "replace" }[]> {
    const { rows } = await this.database.run((query) =>
      query.raw<{ rows: { kid: string; step: "activate" | "retire" | "replace" }[] }>(
        `select kid, case status when 'PUBLISHED' then 'activate' when 'RETIRING' then 'retire' else 'replace' end as step
         from signing_key
         where (status = 'PUBLISHED' and created_at <= now() - make_interval(secs => :settled))
            or (status = 'RETIRING' and replaced_at <= now() - make_interval(secs => :outlived))
            or (status = 'ACTIVE' and :worn > 0 and activated_at <= now() - make_interval(secs => :worn)
                and not exists (select from signing_key where status = 'PUBLISHED'))`,
        { settled, outlived, worn },
      ),
    );
    return rows;
  }

  /** The published key signs from here on; tokens of the one before are accepted still. */
  async activate(kid: string): Promise<void> {
    await this.database.run((query) =>
      query("signing_key").where({ status: ACTIVE }).update({ status: RETIRING, replaced_at: query.fn.now() }),
    );
    await this.database.run((query) =>
      query("signing_key").where({ kid }).update({ status: ACTIVE, activated_at: query.fn.now() }),
    );
  }

  /** No token of it is accepted any more, and its private part is gone. */
  async retire(kid: string): Promise<SigningKeyRow> {
    const [row] = await this.database.run((query) =>
      query<SigningKeyRow>("signing_key")
        .where({ kid })
        .update({ status: RETIRED, retired_at: query.fn.now() as unknown as Date, private_jwk_encrypted: null })
        .returning("*"),
    );
    if (!row) throw new Error("A retired signing key was not returned");
    return row;
  }
}
