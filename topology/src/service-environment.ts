import path from "node:path";
import type { ServiceName, SubgraphName } from "@supergraph/service";
import type { KeptSecrets } from "./kept-secrets.js";
import type { LauncherSettings } from "./settings.js";

/** The environment of each service: what a deployment would set by hand. */
export function serviceEnvironment(
  name: ServiceName,
  settings: LauncherSettings,
  secrets: KeptSecrets,
  databaseUrls: Record<SubgraphName, string>,
): NodeJS.ProcessEnv {
  const { ports, metricsPorts, host } = settings;
  // What is for one service, or for the launcher alone (the database's owner), is not for the others to inherit.
  const {
    DATABASE_URL: _url,
    AUTH_KEY_ENCRYPTION_KEY: _key,
    AUDIT_KEY_ENCRYPTION_KEY: _auditKey,
    AUDIT_PREVIOUS_KEY_ENCRYPTION_KEYS: previousAuditKeys,
    AUDIT_ALERT_WEBHOOK_SECRET: webhookSecret,
    ADMIN_PASSWORD: _password,
    SMTP_URL: smtpUrl,
    OIDC_CLIENT_SECRET: oidcSecret,
    ...inherited
  } = process.env;
  const url = (service: SubgraphName) => `http://127.0.0.1:${ports[service]}`;
  return {
    ...inherited,
    HOST: host,
    PORT: String(ports[name]),
    METRICS_PORT: String(metricsPorts[name]),
    LOG_LEVEL: settings.logLevel,
    GATEWAY_SECRET: secrets.gatewaySecret,
    ACCESS_TOKEN_ISSUER: process.env.ACCESS_TOKEN_ISSUER ?? `http://localhost:${ports.gateway}`,
    USERS_URL: url("users"),
    AUTH_URL: url("auth"),
    DYNAMIC_URL: url("dynamic"),
    AUDIT_URL: url("audit"),
    ...(name !== "gateway" && { DATABASE_URL: databaseUrls[name] }),
    ...(name === "audit" && {
      AUDIT_KEY_ENCRYPTION_KEY: secrets.auditKeyEncryptionKey,
      AUDIT_WITNESS_FILE: process.env.AUDIT_WITNESS_FILE ?? path.join(settings.dataDirectory, "audit-checkpoints.txt"),
      AUDIT_ARCHIVE_DIR: process.env.AUDIT_ARCHIVE_DIR ?? path.join(settings.dataDirectory, "audit-archive"),
      ...(previousAuditKeys !== undefined && { AUDIT_PREVIOUS_KEY_ENCRYPTION_KEYS: previousAuditKeys }),
      ...(webhookSecret !== undefined && { AUDIT_ALERT_WEBHOOK_SECRET: webhookSecret }),
    }),
    ...(name === "auth" && {
      AUTH_KEY_ENCRYPTION_KEY: secrets.authKeyEncryptionKey,
      ADMIN_EMAIL: settings.administrator.email,
      ADMIN_PASSWORD: secrets.administratorPassword,
      APP_URL: process.env.APP_URL ?? `http://localhost:${ports.gateway}`,
      ...(smtpUrl !== undefined && { SMTP_URL: smtpUrl }),
      ...(oidcSecret !== undefined && { OIDC_CLIENT_SECRET: oidcSecret }),
    }),
  };
}
