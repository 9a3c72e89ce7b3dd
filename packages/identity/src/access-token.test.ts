import { SystemError } from "@supergraph/errors";
import { exportJWK, generateKeyPair, type CryptoKey, type JSONWebKeySet } from "jose";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { AccessTokenVerifier, signAccessToken } from "./access-token.js";

const parties = { issuer: "http://localhost:4000", audience: "supergraph" };
const who = { userId: "0199-user", sessionId: "0199-session" };

async function newKey(kid: string): Promise<{ kid: string; privateKey: CryptoKey; set: JSONWebKeySet }> {
  const { privateKey, publicKey } = await generateKeyPair("ES256", { extractable: true });
  return { kid, privateKey, set: { keys: [{ ...(await exportJWK(publicKey)), kid, alg: "ES256" }] } };
}

const refusal = async (verifier: AccessTokenVerifier, token: string) => {
  const error: unknown = await verifier.verify(token).catch((thrown: unknown) => thrown);
  return error instanceof SystemError ? error.reason : error;
};

describe("an access token", () => {
  let key: Awaited<ReturnType<typeof newKey>>;
  let verifier: AccessTokenVerifier;
  beforeEach(async () => {
    vi.useRealTimers();
    key = await newKey("one");
    verifier = new AccessTokenVerifier(() => Promise.resolve(key.set), parties);
  });

  it("says whose it is and of which session", async () => {
    expect(await verifier.verify(await signAccessToken(who, parties, key))).toEqual(who);
  });

  it("is refused after 15 minutes, as expired", async () => {
    const token = await signAccessToken(who, parties, key);
    const start = Date.now();
    vi.useFakeTimers({ now: start + 15 * 60_000 + 1_000 });
    expect(await refusal(verifier, token)).toBe("TOKEN_EXPIRED");
  });

  it("that is remembered is refused after 15 minutes too, as expired", async () => {
    const start = Date.now();
    vi.useFakeTimers({ now: start });
    const token = await signAccessToken(who, parties, key);
    const moments = [0, 11, 14].map((minutes) => start + minutes * 60_000);
    for (const now of moments) {
      vi.setSystemTime(now);
      for (let times = 0; times < 3; times++) expect(await verifier.verify(token)).toEqual(who);
    }
    vi.setSystemTime(start + 15 * 60_000 + 1_000);
    expect(await refusal(verifier, token)).toBe("TOKEN_EXPIRED");
  });

  it.each([
    ["another issuer", { ...parties, issuer: "http://elsewhere" }],
    ["another audience", { ...parties, audience: "elsewhere" }],
  ])("is refused for %s", async (_, others) => {
    expect(await refusal(verifier, await signAccessToken(who, others, key))).toBe("TOKEN_INVALID");
  });

  it("is refused when another key of the same name signed it", async () => {
    expect(await refusal(verifier, await signAccessToken(who, parties, await newKey("one")))).toBe("TOKEN_INVALID");
  });

  it("of a key that is new is accepted without a restart, and an unknown key fetches no more than every 2 s", async () => {
    let fetched = 0;
    verifier = new AccessTokenVerifier(() => {
      fetched++;
      return Promise.resolve(key.set);
    }, parties);
    const start = Date.now();
    vi.useFakeTimers({ now: start });
    await verifier.verify(await signAccessToken(who, parties, key));
    const second = await newKey("two");
    const token = await signAccessToken(who, parties, second);
    for (let tries = 0; tries < 5; tries++) expect(await refusal(verifier, token)).toBe("TOKEN_INVALID");
    expect(fetched).toBe(1);
    key.set.keys.push(...second.set.keys);
    vi.setSystemTime(start + 2_500);
    expect(await verifier.verify(token)).toEqual(who);
    expect(fetched).toBe(2);
  });

  it("is still verified with the keys of before when they can't be fetched anew", async () => {
    let isAway = false;
    verifier = new AccessTokenVerifier(
      () => (isAway ? Promise.reject(new Error("away")) : Promise.resolve(key.set)),
      parties,
    );
    const start = Date.now();
    vi.useFakeTimers({ now: start });
    await verifier.verify(await signAccessToken(who, parties, key));
    isAway = true;
    vi.setSystemTime(start + 6 * 60_000);
    expect(await verifier.verify(await signAccessToken(who, parties, key))).toEqual(who);
  });

  describe("when the keys have changed", () => {
    let answers: (() => Promise<JSONWebKeySet>)[];
    beforeEach(() => {
      answers = [];
      verifier = new AccessTokenVerifier(() => (answers.shift() ?? (() => Promise.resolve({ keys: [] })))(), parties);
    });
    const nextKeys = (set: JSONWebKeySet) => answers.push(() => Promise.resolve(set));

    it("is verified again, though it was remembered: its key may be gone", async () => {
      nextKeys(key.set);
      const token = await signAccessToken(who, parties, key);
      for (let times = 0; times < 3; times++) expect(await verifier.verify(token)).toEqual(who);
      verifier.forgetKeys();
      expect(await refusal(verifier, token)).toBe("TOKEN_INVALID");
    });

    it("is not verified with those of before, even when the new ones can't be had", async () => {
      nextKeys(key.set);
      const token = await signAccessToken(who, parties, key);
      await verifier.verify(token);
      verifier.forgetKeys();
      answers.push(() => Promise.reject(new SystemError("SERVICE_OUT_OF_REACH")));
      expect(await refusal(verifier, token)).toBe("SERVICE_OUT_OF_REACH");
      nextKeys(key.set);
      expect(await verifier.verify(token)).toEqual(who);
    });

    it("is not verified with an answer that was asked for before", async () => {
      let answer: (set: JSONWebKeySet) => void = () => undefined;
      answers.push(() => new Promise((resolve) => (answer = resolve)));
      const token = await signAccessToken(who, parties, key);
      const verifying = refusal(verifier, token);
      await expect.poll(() => answers).toEqual([]);
      verifier.forgetKeys();
      answer(key.set);
      expect(await verifying).toBe("TOKEN_INVALID");
    });
  });

  it("of a key that is unknown while the keys can't be fetched is not called invalid", async () => {
    let isAway = false;
    const away = () => Promise.reject(new SystemError("SERVICE_OUT_OF_REACH"));
    verifier = new AccessTokenVerifier(() => (isAway ? away() : Promise.resolve(key.set)), parties);
    const start = Date.now();
    vi.useFakeTimers({ now: start });
    await verifier.verify(await signAccessToken(who, parties, key));
    isAway = true;
    vi.setSystemTime(start + 2_500);
    expect(await refusal(verifier, await signAccessToken(who, parties, await newKey("two")))).toBe(
      "SERVICE_OUT_OF_REACH",
    );
  });
});
