import path from "node:path";
import { readSettings, type ServiceName } from "@supergraph/service";
import { z } from "zod";

const port = z.coerce.number().int().min(0).max(65_535);
const metricsPort = z.literal("off").or(port);

const launcherSettings = z.object({
  HOST: z.string().default("127.0.0.1"),
  PORT: port.default(4000),
  USERS_PORT: port.optional(),
  AUTH_PORT: port.optional(),
  DYNAMIC_PORT: port.optional(),
  AUDIT_PORT: port.optional(),
  METRICS_PORT: metricsPort.default(9464),
  USERS_METRICS_PORT: metricsPort.optional(),
  AUTH_METRICS_PORT: metricsPort.optional(),
  DYNAMIC_METRICS_PORT: metricsPort.optional(),
  AUDIT_METRICS_PORT: metricsPort.optional(),
  DATA_DIR: z.string().default(".data"),
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }).optional(),
  ADMIN_EMAIL: z.email().default("admin@example.com"),
  ADMIN_PASSWORD: z.string().min(12, "12 to 72 bytes").optional(),
  GATEWAY_SECRET: z.string().min(32).optional(),
  AUTH_KEY_ENCRYPTION_KEY: z.string().optional(),
  AUDIT_KEY_ENCRYPTION_KEY: z.string().optional(),
  NODE_ENV: z.enum(["development", "production", "test"]).default("development"),
  LOG_LEVEL: z.enum(["fatal", "error", "warn", "info", "debug", "trace", "silent"]).optional(),
});

export interface LauncherSettings {
  host: string;
  ports: Record<ServiceName, number>;
  /** Where each service's process serves its metrics, when each has one; `off`: nowhere. */
  metricsPorts: Record<ServiceName, number | "off">;
  dataDirectory: string;
  /** An outside PostgreSQL, as its owner; undefined: a private one. */
  databaseUrl: string | undefined;
  administrator: { email: string; password: string | undefined };
  gatewaySecret: string | undefined;
  authKeyEncryptionKey: string | undefined;
  auditKeyEncryptionKey: string | undefined;
  isDevelopment: boolean;
  logLevel: string;
}

/** Reads what a person or script sets; the rest is made up once and kept. @throws Error naming every fault */
export function readLauncherSettings(environment: NodeJS.ProcessEnv): LauncherSettings {
  // Of an empty setting the default holds, but an empty METRICS_PORT says that there are none.
  const given = readSettings(launcherSettings, {
    ...environment,
    ...(environment.METRICS_PORT === "" && { METRICS_PORT: "off" }),
  });
  const nth = (offset: number) => nextTo(given.PORT, offset);
  const nthOfMetrics = (offset: number) => (given.METRICS_PORT === "off" ? "off" : nextTo(given.METRICS_PORT, offset));
  return {
    host: given.HOST,
    ports: {
      gateway: given.PORT,
      users: given.USERS_PORT ?? nth(1),
      auth: given.AUTH_PORT ?? nth(2),
      dynamic: given.DYNAMIC_PORT ?? nth(3),
      audit: given.AUDIT_PORT ?? nth(4),
    },
    metricsPorts: {
      gateway: given.METRICS_PORT,
      users: given.USERS_METRICS_PORT ?? nthOfMetrics(1),
      auth: given.AUTH_METRICS_PORT ?? nthOfMetrics(2),
      dynamic: given.DYNAMIC_METRICS_PORT ?? nthOfMetrics(3),
      audit: given.AUDIT_METRICS_PORT ?? nthOfMetrics(4),
    },
    dataDirectory: path.resolve(given.DATA_DIR),
    databaseUrl: given.DATABASE_URL,
    administrator: { email: given.ADMIN_EMAIL, password: given.ADMIN_PASSWORD },
    gatewaySecret: given.GATEWAY_SECRET,
    authKeyEncryptionKey: given.AUTH_KEY_ENCRYPTION_KEY,
    auditKeyEncryptionKey: given.AUDIT_KEY_ENCRYPTION_KEY,
    isDevelopment: given.NODE_ENV !== "production",
    // A person reads a terminal, a program reads a pipe.
    logLevel: given.LOG_LEVEL ?? (process.stdout.isTTY ? "warn" : "info"),
  };
}

/** Next to any that is free is another that is. */
function nextTo(port: number, offset: number): number {
  return port === 0 ? 0 : port + offset;
}
