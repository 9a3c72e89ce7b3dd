import { SystemError } from "@supergraph/errors";
import type { ServiceResponse } from "@supergraph/service";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { TestSupergraph } from "../supergraph.fixture.js";

describe("an error of a subgraph", () => {
  let supergraph: TestSupergraph;
  beforeAll(async () => {
    supergraph = await TestSupergraph.start();
  });
  afterEach(() => {
    supergraph.divert("users", undefined);
  });
  afterAll(() => supergraph.stop());

  it("reaches the client with code, reason, request id and path, beside the data", async () => {
    const { status, body } = await supergraph.post("{ products { id owner { email } } }", {
      token: await supergraph.signIn("u2"),
    });
    expect(status).toBe(200);
    expect(body.data?.products).toMatchObject([
      { id: "1", owner: { email: null } },
      { id: "2", owner: { email: "u2@example.com" } },
      { id: "3", owner: { email: null } },
    ]);
    const extensions = { code: "FORBIDDEN", reason: "PERMISSION_MISSING", requestId: expect.any(String) };
    expect(body.errors).toEqual([
      { message: "You are not permitted to do this.", path: ["products", 0, "owner", "email"], extensions },
      { message: "You are not permitted to do this.", path: ["products", 2, "owner", "email"], extensions },
    ]);
  });

  it("stays inside when nobody expected it", async () => {
    const { body } = await supergraph.post("{ broken }");
    expect(JSON.stringify(body)).not.toContain("secret");
    expect(body).toMatchObject({
      data: { broken: null },
      errors: [{ path: ["broken"], extensions: { code: "INTERNAL_SERVER_ERROR", reason: "UNEXPECTED" } }],
    });
  });

  describe("whose fetch fails as a whole", () => {
    const users = async (answer: () => Promise<ServiceResponse> | ServiceResponse) => {
      supergraph.divert("users", async () => answer());
      const { status, body } = await supergraph.post("{ products { id owner { displayName } } alias: whoami }");
      return { status, ...body };
    };
    const page = { status: 502, headers: { "content-type": "text/html" }, body: "<h1>Bad Gateway</h1>" };
    const paths = [["alias"], ["products", 0, "owner"], ["products", 1, "owner"], ["products", 2, "owner"]];

    it.each([
      ["answers with a page", () => page, "SERVICE_UNAVAILABLE", "SERVICE_OUT_OF_REACH"],
      [
        "answers 200 with something else",
        () => ({ ...page, status: 200, body: "[1]" }),
        "SERVICE_UNAVAILABLE",
        "SERVICE_OUT_OF_REACH",
      ],
      [
        "does not trust the gateway",
        () => ({
          status: 401,
          headers: {},
          body: `{"errors":[{"message":"x","extensions":{"code":"UNAUTHENTICATED"}}]}`,
        }),
        "SERVICE_UNAVAILABLE",
        "SERVICE_OUT_OF_REACH",
      ],
      [
        "is out of reach",
        () => Promise.reject(new SystemError("SERVICE_OUT_OF_REACH")),
        "SERVICE_UNAVAILABLE",
        "SERVICE_OUT_OF_REACH",
      ],
      ["takes too long", () => Promise.reject(new SystemError("TOOK_TOO_LONG")), "TIMEOUT", "TOOK_TOO_LONG"],
      [
        "is starting",
        () => ({
          status: 503,
          headers: {},
          body: `{"errors":[{"message":"x","extensions":{"code":"SERVICE_UNAVAILABLE","reason":"NOT_READY"}}]}`,
        }),
        "SERVICE_UNAVAILABLE",
        "NOT_READY",
      ],
    ] as const)(
      "because it %s: the rest is answered, and each field that it was to fill has an error",
      async (_, answer, code, reason) => {
        const { status, data, errors } = await users(answer);
        expect(status).toBe(200);
        expect(data).toMatchObject({ products: [{ id: "1" }, { id: "2" }, { id: "3" }], alias: null });
        expect(errors).toHaveLength(paths.length);
        for (const error of errors ?? []) {
          expect(error).toMatchObject({ extensions: { code, reason, requestId: expect.any(String) } });
          expect(paths).toContainEqual(error.path);
        }
      },
    );
  });
});
