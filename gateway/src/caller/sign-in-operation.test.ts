import { Kind, parse } from "graphql";
import { describe, expect, it } from "vitest";
import { isSignIn } from "./sign-in-operation.js";

const decided = (text: string) => {
  const document = parse(text);
  const [operation] = document.definitions;
  if (operation?.kind !== Kind.OPERATION_DEFINITION) throw new Error("Begin with the operation");
  return isSignIn(document, operation);
};

describe("an operation that signs in", () => {
  it.each([
    'mutation { refreshSession(refreshToken: "x") { tokens { accessToken } } }',
    "mutation { again: login(input: {}) { user { id } } __typename }",
    "mutation { ...In } fragment In on Mutation { register { user { id } } ... on Mutation { login { user { id } } } }",
  ])("does nothing else: %s", (text) => {
    expect(decided(text)).toBe(true);
  });

  it.each([
    "mutation { refreshSession logout }",
    "query { refreshSession }",
    "mutation { refreshSession: logout }",
    "mutation { ...In } fragment In on Mutation { login ... on Mutation { deleteUser } }",
  ])("is not one that does more: %s", (text) => {
    expect(decided(text)).toBe(false);
  });
});
