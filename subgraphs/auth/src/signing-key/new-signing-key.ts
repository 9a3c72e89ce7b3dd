import { exportJWK, generateKeyPair } from "jose";
import type { EncryptionAtRest } from "@supergraph/persistence";
import type { NewSigningKey } from "./signing-key.repository.js";

export const ALGORITHM = "ES256";

/** A fresh key pair, its private part encrypted under its name. */
export async function newSigningKey(encryption: EncryptionAtRest): Promise<NewSigningKey> {
  const { publicKey, privateKey } = await generateKeyPair(ALGORITHM, { extractable: true });
  const kid = crypto.randomUUID();
  return {
    kid,
    algorithm: ALGORITHM,
    public_jwk: { ...(await exportJWK(publicKey)), kid, alg: ALGORITHM, use: "sig" },
    private_jwk_encrypted: encryption.seal(JSON.stringify(await exportJWK(privateKey)), kid),
  };
}
