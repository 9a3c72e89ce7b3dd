import { NoteError, parseCosignerKey } from "@supergraph/audit-proof";
import { databaseSettings, encryptionKeySetting, serviceSettings } from "@supergraph/service";
import { z } from "zod";
import { alertThresholdsSetting } from "./alert/alert-thresholds.js";
import { missingOfWebhook, webhookSettings } from "./alert/webhook/webhook-settings.js";
import { parseRetentionPeriods } from "./retention/retention-periods.js";

const list = (separated: string) => separated.split(",").map((item) => item.trim());
const listOf = <Item extends z.ZodType<unknown, string>>(item: Item) =>
  z.string().transform(list).pipe(z.array(item)).default([]);

const cosignerKeySetting = z.string().transform((text, context) => {
  try {
    return parseCosignerKey(text);
  } catch (error) {
    if (!(error instanceof NoteError)) throw error;
    context.addIssue({ code: "custom", message: error.message });
    return z.NEVER;
  }
});

const retentionSetting = z.string().transform((text, context) => {
  try {
    return parseRetentionPeriods(text);
  } catch (error) {
    context.addIssue({ code: "custom", message: error instanceof Error ? error.message : String(error) });
    return z.NEVER;
  }
});

const settings = serviceSettings.extend({
  ...databaseSettings.shape,
  PORT: serviceSettings.shape.PORT.default(4004),
  /** Wraps the keys that the log's personal values are encrypted under, and the one that signs its checkpoints. */
  AUDIT_KEY_ENCRYPTION_KEY: encryptionKeySetting,
  /** Keys that it has replaced: what they wrap is wrapped anew. */
  AUDIT_PREVIOUS_KEY_ENCRYPTION_KEYS: listOf(encryptionKeySetting),
  /** What checkpoints name the log, and their key: no blanks, no plus sign (C2SP signed-note). */
  AUDIT_LOG_ORIGIN: z
    .string()
    .regex(/^[^\s+]+$/, "a name without blanks and plus signs, e.g. example.com/audit")
    .default("supergraph/audit"),
  /** Where checkpoints are appended, one after another: a file of this replica's own. */
  AUDIT_WITNESS_FILE: z.string().optional(),
  /** Witnesses that checkpoints are sent to (C2SP tlog-witness): each one's submission prefix. */
  AUDIT_WITNESS_URL: listOf(z.url({ protocol: /^https?$/ }).transform((url) => url.replace(/\/+$/, ""))),
  /** Verifier keys of witnesses (C2SP tlog-cosignature, Ed25519): by these, their word is kept with the checkpoint. */
  AUDIT_WITNESS_KEYS: listOf(cosignerKeySetting),
  /** For how long events are kept, by the beginning of their action; for good unless set. */
  AUDIT_RETENTION_DAYS: retentionSetting.default([]),
  /** The folder that a month of the log is exported to before it goes. Unless set, none goes. */
  AUDIT_ARCHIVE_DIR: z.string().optional(),
  AUDIT_RETENTION_CHECK_MINUTES: z.coerce.number().int().min(1).max(1_440).default(60),
  /** Minutes between checks of what was sealed since the last one; 0: never. The whole log is checked once a day. */
  AUDIT_VERIFY_MINUTES: z.coerce.number().int().min(0).max(10_080).default(60),
  AUDIT_ALERT_RULES: alertThresholdsSetting,
  ...webhookSettings.shape,
});

/** The settings, with what only holds of several together. */
export const auditSettings = settings.superRefine((given, context) => {
  const missing = missingOfWebhook(given);
  if (missing) {
    const message = "AUDIT_ALERT_WEBHOOK_URL and AUDIT_ALERT_WEBHOOK_SECRET are set together";
    context.addIssue({ code: "custom", path: [missing], message });
  }
});

export type AuditSettings = z.output<typeof auditSettings>;
