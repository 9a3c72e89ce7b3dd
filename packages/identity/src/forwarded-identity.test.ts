import { SystemError } from "@supergraph/errors";
import { SignJWT } from "jose";
import { describe, expect, it, vi } from "vitest";
import type { ForwardedIdentity } from "./claims.js";
import { signForwardedIdentity, verifyForwardedIdentity } from "./forwarded-identity.js";

const secret = new TextEncoder().encode("a secret of at least 32 characters");
const identity: ForwardedIdentity = {
  caller: {
    sub: "0199-user",
    sid: "0199-session",
    email: "ada@example.com",
    roles: ["auditor"],
    permissions: ["audit:read"],
    client: "user",
    act: { sub: "0199-admin" },
    amr: ["pwd"],
  },
  request: { ip: "127.0.0.1", userAgent: "test", operationName: "Me" },
};

const refusal = async (token: string, audience = "users") => {
  const error: unknown = await verifyForwardedIdentity(token, audience, secret).catch((thrown: unknown) => thrown);
  return error instanceof SystemError ? error.reason : error;
};

describe("x-claims", () => {
  it("arrives as it was sent", async () => {
    const token = await signForwardedIdentity(identity, "users", secret);
    expect(await verifyForwardedIdentity(token, "users", secret)).toEqual(identity);
  });

  it("carries the facts of the request for nobody too", async () => {
    const token = await signForwardedIdentity({ caller: undefined, request: { ip: "10.0.0.1" } }, "users", secret);
    expect(await verifyForwardedIdentity(token, "users", secret)).toEqual({
      caller: undefined,
      request: { ip: "10.0.0.1" },
    });
  });

  it("is refused by an audience that it is not for", async () => {
    expect(await refusal(await signForwardedIdentity(identity, "users", secret), "auth")).toBe("CLAIMS_INVALID");
  });

  it("is refused when it was signed under another secret", async () => {
    const other = new TextEncoder().encode("another secret of 32 characters!!");
    expect(await refusal(await signForwardedIdentity(identity, "users", other))).toBe("CLAIMS_INVALID");
  });

  it("is refused once its minute is over", async () => {
    const token = await signForwardedIdentity(identity, "users", secret);
    vi.useFakeTimers({ now: Date.now() + 70_000 });
    expect(await refusal(token)).toBe("CLAIMS_INVALID");
    vi.useRealTimers();
  });

  it("is refused when it says of itself that it lives longer than a minute", async () => {
    vi.useFakeTimers({ now: Date.now() - 120_000 });
    const token = await new SignJWT({ sub: "x", client: "user", roles: [], permissions: [] })
      .setProtectedHeader({ alg: "HS256", typ: "claims+jwt" })
      .setIssuer("gateway")
      .setAudience("users")
      .setIssuedAt()
      .setExpirationTime("1h")
      .sign(secret);
    vi.useRealTimers();
    expect(await refusal(token)).toBe("CLAIMS_INVALID");
  });

  it("is refused when it is another kind of JWT under the same secret", async () => {
    const token = await new SignJWT({ sub: "x" })
      .setProtectedHeader({ alg: "HS256", typ: "JWT" })
      .setIssuer("gateway")
      .setAudience("users")
      .setIssuedAt()
      .setExpirationTime("60s")
      .sign(secret);
    expect(await refusal(token)).toBe("CLAIMS_INVALID");
  });
});
