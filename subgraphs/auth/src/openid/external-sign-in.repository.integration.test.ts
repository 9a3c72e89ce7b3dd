import { Database } from "@supergraph/persistence";
import { disposableDatabase, type DisposableDatabase } from "@supergraph/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hashOfToken } from "../session/refresh-token.js";
import { AuthorizationCodeRepository } from "./authorization-code.repository.js";
import { ExternalSignInRepository } from "./external-sign-in.repository.js";

const [state, browser, another] = ["state", "browser", "another"].map(hashOfToken) as [Buffer, Buffer, Buffer];
const request = Buffer.from("sealed");

describe("a sign-in that is under way at the provider", () => {
  let disposable: DisposableDatabase;
  let database: Database;
  let signIns: ExternalSignInRepository;
  beforeAll(async () => {
    disposable = await disposableDatabase();
    database = new Database({ url: disposable.url("auth"), schema: "auth" });
    signIns = new ExternalSignInRepository(database);
  });
  afterAll(async () => {
    await database.close();
    await disposable.drop();
  });

  const begin = (seconds: number) =>
    signIns.insert({ state_hash: state, browser_hash: browser, request_encrypted: request }, seconds);

  it("is taken by the browser that began it, once", async () => {
    await begin(60);
    expect(await signIns.take(state, another)).toBeUndefined();
    expect(await signIns.take(another, browser)).toBeUndefined();
    expect(await signIns.take(state, browser)).toEqual(request);
    expect(await signIns.take(state, browser)).toBeUndefined();
  });

  it("is worth nothing once it has taken too long, and is forgotten", async () => {
    await begin(-1);
    expect(await signIns.take(state, browser)).toBeUndefined();
    await signIns.prune();
    expect(await database.run((query) => query("external_sign_in").select("*"))).toEqual([]);
  });

  it("leaves a code that is forgotten a day after it has expired", async () => {
    const codes = new AuthorizationCodeRepository(database);
    const code = { user_id: "01990000-0000-7000-8000-0000000000ad", redirect_uri: "x", code_challenge: "x" };
    await codes.insert({ ...code, code_hash: state }, -23 * 3_600);
    await codes.insert({ ...code, code_hash: another }, -25 * 3_600);
    await codes.prune();
    expect(await codes.find(state)).toMatchObject({ is_live: false });
    expect(await codes.find(another)).toBeUndefined();
  });
});
