import { Secret, TOTP } from "otpauth";

/** RFC 4226 section 4, R6: as long as the HMAC's output. */
const SECRET_BYTES = 20;
/** Seconds of a time step (RFC 6238 section 4.1). */
const PERIOD = 30;
/** What authenticator apps all know, and many know nothing else: HMAC-SHA-1 and six digits. */
const KIND = { algorithm: "SHA1", digits: 6, period: PERIOD };
/** Steps each way in which clocks may differ (RFC 6238 section 5.2). */
const WINDOW = 1;

/** A new secret of 160 random bits, in base32 as people type it. */
export const newTotpSecret = (): string => new Secret({ size: SECRET_BYTES }).base32;

/** Whether somebody who types this means a code of an authenticator app. */
export const isTotpCode = (text: string): boolean => /^\d{6}$/.test(text);

/**
 * The time step (RFC 6238 section 4.2) whose code this is, at most one away from now; undefined when it is none.
 * Whether the step has been used already is for the caller to know.
 */
export function stepOfCode(secret: string, code: string, nowMs = Date.now()): number | undefined {
  if (!isTotpCode(code)) return undefined;
  const delta = TOTP.validate({
    ...KIND,
    token: code,
    secret: Secret.fromBase32(secret),
    timestamp: nowMs,
    window: WINDOW,
  });
  return delta === null ? undefined : TOTP.counter({ period: PERIOD, timestamp: nowMs }) + delta;
}

/** The otpauth: URL that authenticator apps read from a QR code; they show `issuer` and `label`. */
export function otpauthUrl(secret: string, { issuer, label }: { issuer: string; label: string }): string {
  return new TOTP({ ...KIND, issuer, label, secret }).toString();
}
