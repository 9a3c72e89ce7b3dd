import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TestSupergraph } from "../supergraph.fixture.js";

const CLIENTS = 50;
const CHANGES = 20;

describe("a supergraph that changes while it is used", () => {
  let supergraph: TestSupergraph;
  beforeAll(async () => {
    supergraph = await TestSupergraph.start();
  });
  afterAll(() => supergraph.stop());

  it("fails not one request of 50 clients over 20 changes, and serves each before its author is answered", async () => {
    let isDone = false;
    let answered = 0;
    const failures: unknown[] = [];
    const client = async (number: number) => {
      // Each asks in its own words, so that there are always operations that have to be planned.
      const query = `query Q${number} { products { id owner { displayName roles } } whoami }`;
      while (!isDone) {
        const { status, body } = await supergraph.post(query);
        answered++;
        if (status !== 200 || body.errors || (body.data?.products as unknown[]).length !== 3) failures.push(body);
      }
    };
    const clients = Array.from({ length: CLIENTS }, (_, number) => client(number));
    for (let change = 1; change <= CHANGES; change++) {
      const defined = await supergraph.post("mutation ($count: Int!) { define(count: $count) }", {
        variables: { count: change },
      });
      expect(defined.body).toEqual({ data: { define: change } });
      const used = await supergraph.post(`{ thing${change} { id owner { displayName } } }`);
      expect(used.body).toEqual({
        data: { [`thing${change}`]: { id: String(change), owner: { displayName: "Person u1" } } },
      });
    }
    isDone = true;
    await Promise.all(clients);
    expect(failures).toEqual([]);
    expect(answered).toBeGreaterThan(CLIENTS);
  }, 60_000);

  it("holds the answer back while the new supergraph is on its way", async () => {
    const type = CHANGES + 1;
    let release: () => void = () => undefined;
    const isReleased = new Promise<void>((resolve) => (release = resolve));
    let isAsked = false;
    supergraph.divert("dynamic", async (service, request) => {
      if (request.path.startsWith("/internal/supergraph")) {
        isAsked = true;
        await isReleased;
      }
      return supergraph.reach(service, request);
    });
    // Ends the poll that was under way before.
    supergraph.publish();
    await supergraph.until(() => Promise.resolve(isAsked));

    let isAnswered = false;
    const defined = supergraph
      .post("mutation ($count: Int!) { define(count: $count) }", { variables: { count: type } })
      .finally(() => (isAnswered = true));
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(isAnswered).toBe(false);
    release();
    expect((await defined).body).toEqual({ data: { define: type } });
    expect((await supergraph.post(`{ thing${type} { id } }`)).body.errors).toBeUndefined();
    supergraph.divert("dynamic", undefined);
  });

  it("ends an operation on the supergraph that it began on, though its fields are gone by then", async () => {
    const { dynamic } = supergraph.subgraphs;
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    let reached: () => void = () => undefined;
    const isHeld = new Promise<void>((resolve) => (reached = resolve));
    supergraph.divert("users", async (service, request) => {
      reached();
      await held;
      return supergraph.reach(service, request);
    });
    const underWay = supergraph.post("{ thing1 { id owner { displayName } } }");
    await isHeld;
    await dynamic.define(dynamic.sdl.replace(/^extend schema[^)]*\)/, "").replaceAll(/thing1\b/g, "renamed"), {});
    const version = supergraph.publish();
    await supergraph.until(async () => (await supergraph.post("{ thing1 { id } }")).status === 400);
    release();
    expect((await underWay).body.data).toEqual({ thing1: { id: "1", owner: { displayName: "Person u1" } } });
    supergraph.divert("users", undefined);
    expect(version).toBeGreaterThan(CHANGES);
  });

  it("stays as it was when a new version is no supergraph", async () => {
    supergraph.versions.push("type Query { nothing: Int }");
    supergraph.versions.push("this is no SDL");
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect((await supergraph.post("{ whoami }")).body).toEqual({ data: { whoami: null } });
    await supergraph.defineTypes(1);
    supergraph.publish();
    await supergraph.until(async () => (await supergraph.post("{ thing1 { id } }")).status === 200);
  });
});
