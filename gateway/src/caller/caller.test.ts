import { expect, it } from "vitest";
import { Caller } from "./caller.js";

it("a long user agent or operation name leaves x-claims short enough for a header", () => {
  const long = "x".repeat(15_000);
  const { request } = new Caller({ ip: "192.0.2.7", userAgent: long }).identity(long);
  expect(request).toEqual({ ip: "192.0.2.7", userAgent: "x".repeat(512), operationName: "x".repeat(512) });
});
