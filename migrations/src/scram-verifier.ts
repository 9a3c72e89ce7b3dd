import { createHash, createHmac, pbkdf2Sync, randomBytes } from "node:crypto";

const iterations = 4096;

/**
 * What PostgreSQL stores of a password (RFC 5803, SCRAM-SHA-256).
 * Sent in the password's place, it keeps the password out of the server's log and statistics.
 * The password is prepared as its drivers do it (NFKC).
 */
export function scramVerifier(password: string): string {
  const salt = randomBytes(16);
  const salted = pbkdf2Sync(password.normalize("NFKC"), salt, iterations, 32, "sha256");
  const clientKey = createHmac("sha256", salted).update("Client Key").digest();
  const serverKey = createHmac("sha256", salted).update("Server Key").digest();
  const storedKey = createHash("sha256").update(clientKey).digest("base64");
  const parameters = `${String(iterations)}:${salt.toString("base64")}`;
  return `SCRAM-SHA-256$${parameters}$${storedKey}:${serverKey.toString("base64")}`;
}
