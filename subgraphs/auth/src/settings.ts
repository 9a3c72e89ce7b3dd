import { databaseSettings, encryptionKeySetting, serviceSettings } from "@supergraph/service";
import { z } from "zod";
import { allOrNone, openidSettings } from "./openid/openid-settings.js";
import { limitRulesSetting } from "./rate-limit/limit-rules.js";

const settings = serviceSettings.extend({
  ...databaseSettings.shape,
  PORT: serviceSettings.shape.PORT.default(4002),
  AUTH_KEY_ENCRYPTION_KEY: encryptionKeySetting,
  /** Days after which a signing key is replaced by itself; 0: never. */
  SIGNING_KEY_ROTATION_DAYS: z.coerce.number().int().min(0).max(3_650).default(90),
  ACCESS_TOKEN_ISSUER: z.url().default("http://localhost:4000"),
  ACCESS_TOKEN_AUDIENCE: z.string().default("supergraph"),
  RATE_LIMITS: limitRulesSetting,
  /** Where replicas share what they count; without it they share PostgreSQL. */
  REDIS_URL: z.url({ protocol: /^rediss?$/, error: "an address: redis://host:6379" }).optional(),
  /** The first administrator, made when there is no account of this address. */
  ADMIN_EMAIL: z.email().optional(),
  ADMIN_PASSWORD: z.string().optional(),
  /** The server that mails go out by; without it they stay here in development, and are not sent in production. */
  SMTP_URL: z.url({ protocol: /^smtps?$/, error: "an address: smtps://user:password@host:465" }).optional(),
  /** Who mails are from: `address`, or `Name <address>`. */
  MAIL_FROM: z.string().includes("@", { error: "an e-mail address" }).default("Supergraph <no-reply@localhost>"),
  /** Where the links in mails lead: the gateway, unless an application has pages of its own. */
  APP_URL: z.url({ protocol: /^https?$/ }).default("http://localhost:4000"),
  ...openidSettings.shape,
});

/** The settings, with what only holds of several together. */
export const settingsSchema = settings.superRefine((given, context) => {
  allOrNone(given, (name, message) => {
    context.addIssue({ code: "custom", path: [name], message });
  });
});
