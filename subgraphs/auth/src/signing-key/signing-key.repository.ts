import type { Database } from "@supergraph/persistence";
import type { JWK } from "jose";

/** A row of `auth.signing_key`. */
export interface SigningKeyRow {
  kid: string;
  algorithm: string;
  public_jwk: JWK;
  private_jwk_encrypted: Buffer;
}

export class SigningKeyRepository {
  constructor(private readonly database: Database) {}

  async findActive(): Promise<SigningKeyRow | undefined> {
    return this.database.run((query) =>
      query("signing_key").where({ status: "ACTIVE" }).first<SigningKeyRow | undefined>("*"),
    );
  }

  /** Keys whose tokens are accepted, or will be. */
  async findUsable(): Promise<SigningKeyRow[]> {
    return this.database.run((query) =>
      query("signing_key")
        .whereIn("status", ["PUBLISHED", "ACTIVE", "RETIRING"])
        .orderBy("created_at")
        .select<SigningKeyRow[]>("*"),
    );
  }

  /** Stores the key unless another replica was first. */
  async insertFirstActive(key: SigningKeyRow): Promise<void> {
    await this.database.unitOfWork(async () => {
      await this.database.run((query) => query.raw("select pg_advisory_xact_lock(hashtext('auth.signing_key'))"));
      if (await this.findActive()) return;
      await this.database.run((query) =>
        query("signing_key").insert({
          ...key,
          public_jwk: JSON.stringify(key.public_jwk),
          status: "ACTIVE",
          activated_at: query.fn.now(),
        }),
      );
    });
  }
}
