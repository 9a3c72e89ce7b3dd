import { z } from "zod";

const PREFIX = "whsec_";
const SECRET_WORDS = "at least 32 characters: it signs what is sent";

/** Where alerts are sent, and the secret that they are signed with; both or none. */
export const webhookSettings = z.object({
  AUDIT_ALERT_WEBHOOK_URL: z.url({ protocol: /^https?$/, error: "an address: https://example.com/hook" }).optional(),
  /** `whsec_` and base64, as Standard Webhooks writes secrets; any other text is taken as its bytes. */
  AUDIT_ALERT_WEBHOOK_SECRET: z
    .string()
    .min(32, SECRET_WORDS)
    .transform((text) =>
      text.startsWith(PREFIX) ? Buffer.from(text.slice(PREFIX.length), "base64") : Buffer.from(text),
    )
    .refine((secret) => secret.length >= 24, `${SECRET_WORDS}; after ${PREFIX} 24 bytes or more in base64`)
    .optional(),
});

type Given = z.output<typeof webhookSettings>;

export interface Webhook {
  url: string;
  secret: Buffer;
}

/** Undefined: alerts are sent nowhere. */
export function webhookOf({ AUDIT_ALERT_WEBHOOK_URL: url, AUDIT_ALERT_WEBHOOK_SECRET: secret }: Given) {
  return url === undefined || secret === undefined ? undefined : { url, secret };
}

/** The name of the one that is missing beside the other. */
export function missingOfWebhook(given: Given): keyof Given | undefined {
  const { AUDIT_ALERT_WEBHOOK_URL: url, AUDIT_ALERT_WEBHOOK_SECRET: secret } = given;
  if ((url === undefined) === (secret === undefined)) return undefined;
  return url === undefined ? "AUDIT_ALERT_WEBHOOK_URL" : "AUDIT_ALERT_WEBHOOK_SECRET";
}
