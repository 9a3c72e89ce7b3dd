import { subgraphNames } from "@supergraph/service";
import { afterEach, expect, it, vi } from "vitest";
import { serviceEnvironment } from "./service-environment.js";
import { readLauncherSettings } from "./settings.js";

afterEach(() => {
  vi.unstubAllEnvs();
});

it("a service inherits no secret of another, nor the database's owner", () => {
  vi.stubEnv("DATABASE_URL", "postgres://owner:owners-own@localhost/graph");
  vi.stubEnv("AUTH_KEY_ENCRYPTION_KEY", "auths-own");
  vi.stubEnv("AUDIT_KEY_ENCRYPTION_KEY", "audits-own");
  vi.stubEnv("AUDIT_PREVIOUS_KEY_ENCRYPTION_KEYS", "earlier, audits-own");
  vi.stubEnv("AUDIT_ALERT_WEBHOOK_SECRET", "webhooks-own");
  vi.stubEnv("ADMIN_PASSWORD", "administrators-own");
  vi.stubEnv("SMTP_URL", "smtps://mailer:mailers-own@localhost");
  vi.stubEnv("OIDC_CLIENT_SECRET", "providers-own");
  const settings = readLauncherSettings({});
  const databaseUrls = { users: "users", auth: "auth", dynamic: "dynamic", audit: "audit" };
  const secrets = {
    gatewaySecret: "gateway",
    authKeyEncryptionKey: "key",
    auditKeyEncryptionKey: "audit key",
    administratorPassword: "password",
    rolePasswords: databaseUrls,
  };
  for (const name of ["gateway", ...subgraphNames] as const) {
    const values = Object.values(serviceEnvironment(name, settings, secrets, databaseUrls));
    const own = { auth: [process.env.SMTP_URL, "providers-own"], audit: ["earlier, audits-own", "webhooks-own"] };
    expect(values.filter((value) => value?.includes("s-own"))).toEqual(own[name as keyof typeof own] ?? []);
  }
});

it("the audit log's checkpoints go to a file of the data directory, unless told another", () => {
  const urls = { users: "users", auth: "auth", dynamic: "dynamic", audit: "audit" };
  const secrets = {
    gatewaySecret: "gateway",
    authKeyEncryptionKey: "key",
    auditKeyEncryptionKey: "audit key",
    administratorPassword: "password",
    rolePasswords: urls,
  };
  const settings = readLauncherSettings({ DATA_DIR: "/data" });
  const fileOf = () => serviceEnvironment("audit", settings, secrets, urls).AUDIT_WITNESS_FILE;
  expect(fileOf()).toBe("/data/audit-checkpoints.txt");
  vi.stubEnv("AUDIT_WITNESS_FILE", "/elsewhere");
  expect(fileOf()).toBe("/elsewhere");
});
