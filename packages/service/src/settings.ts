import { z } from "zod";

/** The names of the services, each of which is an audience of `x-claims`, a schema and a database role. */
export const subgraphNames = ["users", "auth", "dynamic", "audit"] as const;
export type SubgraphName = (typeof subgraphNames)[number];
export type ServiceName = SubgraphName | "gateway";

/** Settings that every service has. Secrets have no default: the launcher makes them in development. */
export const serviceSettings = z.object({
  HOST: z.string().default("127.0.0.1"),
  PORT: z.coerce.number().int().min(0).max(65_535),
  LOG_LEVEL: z.enum(["fatal", "error", "warn", "info", "debug", "trace", "silent"]).default("info"),
  NODE_ENV: z.enum(["development", "production", "test"]).default("development"),
  GATEWAY_SECRET: z
    .string()
    .min(32, "at least 32 characters: it signs the identity that the gateway forwards")
    .transform((secret) => new TextEncoder().encode(secret)),
});

/** Where the other services listen; unused when all run in one process. */
export const peerSettings = z.object({
  USERS_URL: z.url().default("http://127.0.0.1:4001"),
  AUTH_URL: z.url().default("http://127.0.0.1:4002"),
  DYNAMIC_URL: z.url().default("http://127.0.0.1:4003"),
  AUDIT_URL: z.url().default("http://127.0.0.1:4004"),
});

/** The service's own role and database. */
export const databaseSettings = z.object({
  DATABASE_URL: z.url({
    protocol: /^postgres(ql)?$/,
    error: "a connection string: postgres://role:password@host:5432/name",
  }),
  DATABASE_POOL_SIZE: z.coerce.number().int().min(1).max(1_000).default(10),
});

const KEY_BYTES = 32;
const keyWords = "32 bytes in base64: `openssl rand -base64 32` makes one";

/** A key that encrypts other keys at rest. */
export const encryptionKeySetting = z
  .base64(keyWords)
  .transform((text) => new Uint8Array(Buffer.from(text, "base64")))
  .refine((key) => key.length === KEY_BYTES, keyWords);

/** Reads settings from the environment and freezes them. @throws Error that names every setting at fault. */
export function readSettings<Schema extends z.ZodType>(
  schema: Schema,
  environment: NodeJS.ProcessEnv,
): z.output<Schema> {
  // An empty variable is one that a compose file or a shell left unset.
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ""));
  const result = schema.safeParse(given);
  if (result.success) {
    Object.freeze(result.data);
    return result.data;
  }
  const faults = result.error.issues.map(({ path, message }) => `  ${path.join(".")}: ${message}`);
  throw new Error(`The settings are not valid:\n${faults.join("\n")}`);
}
