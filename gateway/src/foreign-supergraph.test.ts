import { mkdtemp, rm, writeFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createLog, readSettings, type ServiceParts } from "@supergraph/service";
import Fastify, { type FastifyInstance } from "fastify";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { foreignSupergraph } from "./foreign-supergraph.js";
import { gatewayService } from "./service.js";
import { gatewaySettings } from "./settings.js";
import { compose } from "./subgraphs.fixture.js";

const sdl = (fields: string) =>
  `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@authenticated"])
   type Query { ${fields} }`;
const log = createLog("test", "silent");

describe("the gateway alone, over a supergraph in a file", () => {
  let folder: string;
  let file: string;
  let subgraph: FastifyInstance;
  let gateway: ServiceParts;
  let received: Record<string, unknown>[];
  let answer: object;

  const write = (fields: string) => {
    const { port } = subgraph.server.address() as AddressInfo;
    return writeFile(
      file,
      compose([{ name: "shop", url: `http://127.0.0.1:${port}/api/graphql?v=2`, sdl: sdl(fields) }]),
    );
  };
  const ask = async (query: string, headers = {}) =>
    (await gateway.app.inject({ method: "POST", url: "/graphql", headers, payload: { query } })).json<unknown>();

  beforeEach(async () => {
    received = [];
    answer = { data: { price: 3 } };
    subgraph = Fastify();
    subgraph.post("/api/graphql", ({ headers, body, query }) => {
      received.push({ headers, body, query });
      return answer;
    });
    await subgraph.listen({ port: 0, host: "127.0.0.1" });
    folder = await mkdtemp(join(tmpdir(), "supergraph-file-"));
    file = join(folder, "supergraph.graphql");
    await write("price: Int @authenticated");
    const settings = readSettings(gatewaySettings, { SUPERGRAPH: file });
    gateway = foreignSupergraph(file, settings, log, 20);
    await gateway.start?.();
  });
  afterEach(async () => {
    await gateway.app.close();
    await gateway.stop?.();
    await subgraph.close();
    await rm(folder, { recursive: true });
  });

  it("asks the subgraph at its URL, without a token and without a word on the caller", async () => {
    const headers = { authorization: "Bearer of-something", "x-claims": "forged", "x-user-id": "1", cookie: "a=b" };
    expect(await ask("{ price }", headers)).toEqual({ data: { price: 3 } });
    expect(received).toMatchObject([{ body: { query: "{price}" }, query: { v: "2" } }]);
    for (const header of Object.keys(headers)) expect(received[0]?.headers).not.toHaveProperty(header);
  });

  it("is ready without any of our services", async () => {
    expect((await gateway.app.inject("/health/ready")).statusCode).toBe(200);
    expect((await gateway.app.inject("/.well-known/jwks.json")).statusCode).toBe(404);
  });

  it("passes a subgraph's own errors, whatever their codes", async () => {
    const error = { message: "Sold out", path: ["price"], extensions: { code: "SOLD_OUT", shelf: 4 } };
    answer = { data: { price: null }, errors: [error] };
    expect(await ask("{ price }")).toMatchObject({ data: { price: null }, errors: [error] });
  });

  it("serves what the file says once it has changed, and the last that was valid until then", async () => {
    await writeFile(file, "type Query {");
    await write("price: Int stock: Int");
    answer = { data: { stock: 5 } };
    await expect.poll(() => ask("{ stock }")).toEqual({ data: { stock: 5 } });
  });

  it("does not start without the file", async () => {
    await rm(file);
    const settings = readSettings(gatewaySettings, { SUPERGRAPH: file });
    await expect(foreignSupergraph(file, settings, log).start?.()).rejects.toThrow("ENOENT");
  });
});

describe("the gateway's settings", () => {
  it("ask for the secret unless the supergraph is one of others, with all that is wrong beside it", () => {
    expect(() => readSettings(gatewayService.settings, { PORT: "x" })).toThrow(/PORT[\s\S]*GATEWAY_SECRET: required/);
    expect(readSettings(gatewayService.settings, { SUPERGRAPH: "a.graphql" })).toMatchObject({ PORT: 4000 });
  });
});
