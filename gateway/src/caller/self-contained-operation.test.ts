import { Kind, parse } from "graphql";
import { describe, expect, it } from "vitest";
import { isSelfContained } from "./self-contained-operation.js";

const decided = (text: string) => {
  const document = parse(text);
  const [operation] = document.definitions;
  if (operation?.kind !== Kind.OPERATION_DEFINITION) throw new Error("Begin with the operation");
  return isSelfContained(document, operation);
};

describe("an operation that needs no caller", () => {
  it.each([
    'mutation { refreshSession(refreshToken: "x") { tokens { accessToken } } }',
    "mutation { again: login(input: {}) { user { id } } __typename }",
    "mutation { ...In } fragment In on Mutation { register { user { id } } ... on Mutation { login { user { id } } } }",
    'mutation { verifyEmail(token: "x") }',
    'mutation { requestPasswordReset(email: "a@example.com") }',
    'mutation { resetPassword(token: "x", newPassword: "y") }',
    'mutation { confirmEmailChange(token: "x") }',
    "{ passwordPolicy { minimumBytes } __typename }",
  ])("signs in, or follows a link, and does nothing else: %s", (text) => {
    expect(decided(text)).toBe(true);
  });

  it.each([
    "mutation { refreshSession logout }",
    "query { refreshSession }",
    "mutation { passwordPolicy }",
    "{ passwordPolicy { minimumBytes } me { id } }",
    "mutation { verifyEmail requestEmailVerification }",
    "mutation { refreshSession: logout }",
    "mutation { ...In } fragment In on Mutation { login ... on Mutation { deleteUser } }",
  ])("is not one that does more: %s", (text) => {
    expect(decided(text)).toBe(false);
  });
});
