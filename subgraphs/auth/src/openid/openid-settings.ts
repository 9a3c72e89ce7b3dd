import { z } from "zod";

const LOOPBACK = new Set(["localhost", "127.0.0.1", "[::1]"]);

/** Plain http only to this machine: everywhere else somebody listens. */
const address = z
  .url({ protocol: /^https?$/ })
  .refine((url) => URL.canParse(url) && (new URL(url).protocol === "https:" || LOOPBACK.has(new URL(url).hostname)), {
    error: "must be https",
  });

/** An outside OpenID provider to sign in with; all of these or none. */
export const openidSettings = z.object({
  OIDC_ISSUER: address.optional(),
  OIDC_CLIENT_ID: z.string().optional(),
  OIDC_CLIENT_SECRET: z.string().optional(),
  /** Where our own frontends may be sent back to, exactly; separated by commas. */
  OIDC_REDIRECT_URIS: z
    .string()
    .transform((text) => text.split(",").map((uri) => uri.trim()))
    .pipe(z.array(address).min(1))
    .optional(),
});

type Given = z.output<typeof openidSettings>;

export interface OpenidSettings {
  issuer: string;
  clientId: string;
  clientSecret: string;
  redirectUris: readonly string[];
}

const NAMES = ["OIDC_ISSUER", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET", "OIDC_REDIRECT_URIS"] as const;

/** Reports each of the settings that is missing beside the others. */
export function allOrNone(given: Given, missing: (name: (typeof NAMES)[number], message: string) => void): void {
  if (NAMES.every((name) => given[name] === undefined)) return;
  for (const name of NAMES) if (given[name] === undefined) missing(name, `${NAMES.join(", ")} are set together`);
}

/** Undefined: nobody signs in by an outside provider. */
export function openidSettingsOf(given: Given): OpenidSettings | undefined {
  const { OIDC_ISSUER, OIDC_CLIENT_ID, OIDC_CLIENT_SECRET, OIDC_REDIRECT_URIS } = given;
  if (
    OIDC_ISSUER === undefined ||
    OIDC_CLIENT_ID === undefined ||
    OIDC_CLIENT_SECRET === undefined ||
    OIDC_REDIRECT_URIS === undefined
  )
    return undefined;
  return {
    issuer: OIDC_ISSUER,
    clientId: OIDC_CLIENT_ID,
    clientSecret: OIDC_CLIENT_SECRET,
    redirectUris: OIDC_REDIRECT_URIS,
  };
}
