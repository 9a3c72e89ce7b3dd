import { beforeAll, describe, expect, it } from "vitest";
import { administrator, Client, personWithRole, register, signIn, unique, type Person } from "../harness/client.js";

interface Found {
  auditEvents: {
    nodes: {
      action: string;
      outcome: string;
      reason: string | null;
      actor: { type: string; id: string | null; label: string | null; user: { displayName: string } | null };
      target: { id: string; type: string } | null;
      requestId: string | null;
      traceId: string | null;
      ip: string | null;
      userAgent: string | null;
      operationName: string | null;
      path: string | null;
    }[];
  };
}

const AUDIT = `query Audit($filter: AuditEventFilter, $order: AuditOrder) {
  auditEvents(filter: $filter, order: $order, first: 50) {
    nodes {
      action outcome reason actor { type id label user { displayName } } target { id type }
      requestId traceId ip userAgent operationName path
    }
  }
}`;

describe("an auditor", () => {
  let admin: Person;
  let auditor: Person;
  const eventsOf = async (filter: object) =>
    (await auditor.data<Found>(AUDIT, { filter, order: "OLDEST_FIRST" })).auditEvents.nodes;

  beforeAll(async () => {
    admin = await administrator();
    auditor = await personWithRole("auditor", admin);
  });

  it("finds a person's registration and sign-ins, the failed ones too, by user_id and entity_id", async () => {
    const person = await register("Petra");
    await new Client().error("mutation ($input: LoginInput!) { login(input: $input) { user { id } } }", {
      input: { email: person.email, password: "not the right password" },
    });
    await signIn(person.email, person.password);

    const events = await eventsOf({ userId: person.id, entityId: person.id });
    expect(events.map(({ action, outcome, reason, actor }) => [action, outcome, reason, actor.type])).toEqual([
      ["auth.register", "SUCCESS", null, "USER"],
      ["auth.login", "FAILURE", "INVALID_CREDENTIALS", "ANONYMOUS"],
      ["auth.login", "SUCCESS", null, "USER"],
    ]);
    for (const event of events) {
      expect(event).toMatchObject({
        target: { id: person.id, type: "User" },
        actor: { id: person.id, label: person.email },
      });
      expect(event.actor.user?.displayName).toBe("Petra Example");
      expect(event.requestId).toMatch(/^[0-9a-f-]{36}$/);
      expect(event.traceId).toMatch(/^[0-9a-f]{32}$/);
      expect(event.ip).toBe("127.0.0.1");
      expect(event.userAgent).toBe("node");
    }
    expect(events[0]).toMatchObject({ operationName: "Register", path: "register" });
  });

  it("finds a denied attempt as DENIED", async () => {
    const person = await register("Dora");
    const name = `Denied${unique()}`;
    const refused = await person.error(
      "mutation ($input: EntityTypeInput!) { defineEntityType(input: $input) { name } }",
      {
        input: { name, fields: [{ name: "label", kind: "STRING" }] },
      },
    );
    expect(refused.extensions).toMatchObject({ code: "FORBIDDEN", reason: "PERMISSION_MISSING" });

    const events = await eventsOf({ userId: person.id, outcome: "DENIED" });
    expect(events).toMatchObject([
      {
        action: "entity-type.define",
        outcome: "DENIED",
        reason: "PERMISSION_MISSING",
        requestId: refused.extensions.requestId,
      },
    ]);
  });

  it("finds a refused read as DENIED, and learns nothing from it who may not", async () => {
    const person = await register("Rita");
    const refused = await person.error("{ auditEvents { nodes { id } } }");
    expect(refused.extensions.code).toBe("FORBIDDEN");
    expect(await eventsOf({ userId: person.id, outcome: "DENIED" })).toMatchObject([{ action: "audit.read" }]);
  });

  it("finds that somebody tried to see another's e-mail and sessions, each once, with whose", async () => {
    const [curious, other] = [await register("Kuno"), await register("Oda")];
    await curious.send("query ($id: ID!) { user(id: $id) { email again: email sessions { id } } }", { id: other.id });
    const events = await eventsOf({ userId: curious.id, outcome: "DENIED" });
    expect(events.map(({ action, target }) => [action, target]).toSorted()).toEqual([
      ["user.email", { id: other.id, type: "User" }],
      ["user.sessions", { id: other.id, type: "User" }],
    ]);
  });

  it("finds a change with what it was before and after, by request id", async () => {
    const person = await register("Carla");
    const { headers } = await person.send(
      'mutation ($id: ID!) { updateUser(id: $id, input: { displayName: "C." }, expectedVersion: 1) { version } }',
      { id: person.id },
    );
    const { auditEvents } = await auditor.data<{ auditEvents: { nodes: unknown[] } }>(
      `query ($filter: AuditEventFilter) { auditEvents(filter: $filter) { nodes {
        action target { id type version } changes { field before after redacted }
      } } }`,
      { filter: { requestId: headers.get("x-request-id") } },
    );
    expect(auditEvents.nodes).toEqual([
      {
        action: "user.update",
        target: { id: person.id, type: "User", version: 2 },
        changes: [{ field: "displayName", before: "Carla Example", after: "C.", redacted: false }],
      },
    ]);
  });

  it("lets a person read their own acts, and nobody else's", async () => {
    const person = await register("Selma");
    const own = await person.data<Found>(AUDIT, { filter: { userId: person.id } });
    expect(own.auditEvents.nodes.map(({ action }) => action)).toEqual(["auth.register"]);
    const others = await person.error(AUDIT, { filter: { userId: admin.id } });
    expect(others.extensions.code).toBe("FORBIDDEN");
  });

  it("sees each event sealed with a dense index within a second or two", async () => {
    const person = await register("Lea");
    await expect
      .poll(
        async () => {
          const { auditEvents } = await auditor.data<{ auditEvents: { nodes: { leafIndex: number | null }[] } }>(
            "query ($filter: AuditEventFilter) { auditEvents(filter: $filter) { nodes { leafIndex } } }",
            { filter: { userId: person.id } },
          );
          return auditEvents.nodes[0]?.leafIndex;
        },
        { timeout: 5_000 },
      )
      .toEqual(expect.any(Number));
  });
});
