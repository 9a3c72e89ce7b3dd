import { createHash } from "node:crypto";

export interface Page {
  html: string;
  /** What the page may load, run and call (CSP level 3). */
  contentSecurityPolicy: string;
}

/** The source expression that lets exactly this inline script or style in. */
export function hashSource(inline: string): string {
  return `'sha256-${createHash("sha256").update(inline).digest("base64")}'`;
}

/** Nothing that is not named here gets in. */
export function policy(directives: Record<string, readonly string[]>): string {
  const all = {
    "default-src": ["'none'"],
    "base-uri": ["'none'"],
    "form-action": ["'none'"],
    "frame-ancestors": ["'none'"],
    ...directives,
  };
  return Object.entries(all)
    .map(([name, sources]) => `${name} ${sources.join(" ")}`)
    .join("; ");
}
