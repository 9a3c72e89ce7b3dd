import { describe, expect, it } from "vitest";
import { errorForLog, withoutAddressesAndTokens } from "./log-privacy.js";

const databaseError = (message: string, code: string) =>
  Object.assign(new Error(message), {
    code,
    severity: "ERROR",
    constraint: "account_email",
    detail: "Key (lower(email))=(ada@example.com) already exists.",
    where: "ada@example.com",
    responses: ["ada@example.com"],
  });

describe("an error in the log", () => {
  it("says what happened where, without the row that the database quotes", () => {
    const shown = errorForLog(databaseError("duplicate key value violates unique constraint", "23505"));
    expect(shown).toMatchObject({ type: "Error", code: "23505", constraint: "account_email", severity: "ERROR" });
    expect(shown).toHaveProperty("stack", expect.stringContaining("log-privacy.test.ts"));
    expect(JSON.stringify(shown)).not.toContain("ada@");
  });

  it("does not quote a value that the database could not read", () => {
    const shown = errorForLog(databaseError('invalid input syntax for type uuid: "Ada Lovelace"', "22P02"));
    expect(JSON.stringify(shown)).not.toContain("Lovelace");
    expect(shown).toHaveProperty("message", 'invalid input syntax for type uuid: "..."');
  });

  it("shows what caused it, and what is no error as it is", () => {
    expect(errorForLog(new Error("outer", { cause: new Error("inner") }))).toHaveProperty("message", "outer: inner");
    expect(errorForLog("SIGTERM")).toBe("SIGTERM");
  });
});

describe("a line of the log", () => {
  it.each([
    ['{"msg":"550 <ada.l+x@mail.example.com>: unknown"}', '{"msg":"550 <[e-mail]>: unknown"}'],
    ['{"msg":"no ädä@bücher.example there"}', '{"msg":"no [e-mail] there"}'],
    ['{"msg":"Bearer eyJhbGciOi.eyJzdWIi.c2ln-_"}', '{"msg":"Bearer [token]"}'],
    [
      '{"msg":"at /node_modules/@apollo/server/x.js of knex@3.3.0"}',
      '{"msg":"at /node_modules/@apollo/server/x.js of knex@3.3.0"}',
    ],
  ])("%s is written as %s", (line, written) => {
    expect(withoutAddressesAndTokens(line)).toBe(written);
  });

  it("is written in no time that grows with the square of its length", () => {
    const line = `${"a".repeat(200_000)}@${"b.".repeat(100_000)}`;
    expect(withoutAddressesAndTokens(line)).toBe(line);
  });
});
