import { readSettings } from "@supergraph/service";
import { describe, expect, it } from "vitest";
import { settingsSchema } from "../settings.js";
import { openidSettingsOf } from "./openid-settings.js";

const OTHERS = {
  DATABASE_URL: "postgres://auth:secret@localhost/graph",
  GATEWAY_SECRET: "s".repeat(32),
  AUTH_KEY_ENCRYPTION_KEY: Buffer.alloc(32, 7).toString("base64"),
};
const ALL = {
  OIDC_ISSUER: "https://id.example.com",
  OIDC_CLIENT_ID: "us",
  OIDC_CLIENT_SECRET: "secret",
  OIDC_REDIRECT_URIS: "https://app.example.com/in, http://localhost:5173/in",
};
const read = (given: Record<string, string>) => readSettings(settingsSchema, { ...OTHERS, ...given });

describe("the settings of an outside provider", () => {
  it("are set together, or not at all", () => {
    expect(openidSettingsOf(read({}))).toBeUndefined();
    expect(openidSettingsOf(read(ALL))).toEqual({
      issuer: "https://id.example.com",
      clientId: "us",
      clientSecret: "secret",
      redirectUris: ["https://app.example.com/in", "http://localhost:5173/in"],
    });
  });

  it("name each that is missing when some are set", () => {
    const { OIDC_CLIENT_ID: _, OIDC_CLIENT_SECRET: __, ...some } = ALL;
    expect(() => read(some)).toThrow(/OIDC_CLIENT_ID: .* are set together\n +OIDC_CLIENT_SECRET: /);
  });

  it("take plain http from this machine alone", () => {
    expect(() => read({ ...ALL, OIDC_ISSUER: "http://localhost:9000" })).not.toThrow();
    expect(() => read({ ...ALL, OIDC_ISSUER: "http://id.example.com" })).toThrow("OIDC_ISSUER: must be https");
    const plain = "https://app.example.com/in,http://app.example.com/in";
    expect(() => read({ ...ALL, OIDC_REDIRECT_URIS: plain })).toThrow("OIDC_REDIRECT_URIS.1: must be https");
  });
});
