import { beforeAll, describe, expect, it } from "vitest";
import { administrator, Client, personWithRole, register, unique, type Person } from "../harness/client.js";

const typeName = `Product${unique()}`;
const plural = `products${typeName.slice("Product".length)}`;
const single = typeName[0]?.toLowerCase() + typeName.slice(1);

describe("the supergraph through its one endpoint", () => {
  let admin: Person;
  beforeAll(async () => {
    admin = await administrator();
  });

  it("registers, signs in, and answers who that is from users and auth in one operation", async () => {
    const registered = await register();
    const { me } = await registered.data<{
      me: { id: string; email: string; roles: { name: string }[]; sessions: { id: string; current: boolean }[] };
    }>("{ me { id email roles { name } sessions { id current } } }");
    expect(me).toEqual({
      id: registered.id,
      email: registered.email,
      roles: [{ name: "user" }],
      sessions: [{ id: registered.sessionId, current: true }],
    });
  });

  it("answers every field of a new person's own record", async () => {
    const person = await register("Nora");
    const { me } = await person.data<{ me: object }>(`{
      me {
        id email firstName lastName displayName status settings version createdAt updatedAt permissions
        profile { bio avatarUrl website location timeZone locale theme emailNotifications }
        sessions { id user { id } createdAt lastSeenAt expiresAt ip userAgent current }
        roles { id name description builtIn permissions version userCount }
        auditEvents { nodes { action } totalCount pageInfo { hasNextPage } }
      }
    }`);
    expect(me).toMatchObject({
      firstName: "Nora",
      status: "ACTIVE",
      settings: {},
      version: 1,
      profile: { bio: null, timeZone: "UTC", locale: "en", theme: "SYSTEM", emailNotifications: true },
      sessions: [{ user: { id: person.id }, ip: "127.0.0.1", userAgent: "node", current: true }],
      auditEvents: { nodes: [{ action: "auth.register" }], totalCount: 1 },
    });
  });

  it("answers as the person who has just signed in, within the same operation", async () => {
    const email = `grace-${unique()}@example.com`;
    const answer = await new Client().data(
      `mutation ($input: RegisterInput!) {
        register(input: $input) { user { email displayName roles { name } } session { current user { email } } }
      }`,
      { input: { email, password: "correct horse battery", firstName: "Grace", lastName: "Hopper" } },
    );
    expect(answer).toEqual({
      register: {
        user: { email, displayName: "Grace Hopper", roles: [{ name: "user" }] },
        session: { current: true, user: { email } },
      },
    });
  });

  it("serves a type as soon as its definition has returned, over dynamic, users and audit", async () => {
    const owner = await register("Olga");
    const { defineEntityType } = await admin.data<{ defineEntityType: { name: string; version: number } }>(
      `mutation Define($input: EntityTypeInput!) { defineEntityType(input: $input) { name version } }`,
      {
        input: {
          name: typeName,
          pluralName: plural,
          fields: [
            { name: "name", kind: "STRING", required: true },
            { name: "sku", kind: "STRING", unique: true },
            { name: "price", kind: "DECIMAL" },
            { name: "owner", kind: "REFERENCE", target: "User" },
          ],
        },
      },
    );
    expect(defineEntityType).toEqual({ name: typeName, version: 1 });

    const created = await admin.data<Record<string, { id: string }>>(
      `mutation Create($input: ${typeName}Input!) { create${typeName}(input: $input) { id name price version } }`,
      { input: { name: "Lamp", sku: "L-1", price: "19.90", owner: owner.id } },
    );
    const product = created[`create${typeName}`];
    expect(product).toMatchObject({ name: "Lamp", price: "19.90", version: 1 });

    const found = await admin.data(
      `query Find($filter: ${typeName}Filter) { ${plural}(filter: $filter) { nodes { id } totalCount } }`,
      { filter: { sku: { eq: "L-1" } } },
    );
    expect(found).toEqual({ [plural]: { nodes: [{ id: product?.id }], totalCount: 1 } });

    const looked = await admin.data(
      `query Look($id: ID!) {
        ${single}(id: $id) {
          owner { email }
          auditEvents { nodes { action actor { user { displayName } } } }
        }
      }`,
      { id: product?.id },
    );
    expect(looked).toEqual({
      [single]: {
        owner: { email: owner.email },
        auditEvents: { nodes: [{ action: "entity.create", actor: { user: { displayName: "First Administrator" } } }] },
      },
    });
  });

  it("gives an auditor the definition and the creation, with actor, target, outcome and where to look further", async () => {
    const auditor = await personWithRole("auditor", admin);
    const { auditEvents } = await auditor.data<{ auditEvents: { nodes: Record<string, unknown>[] } }>(
      `query Audit($filter: AuditEventFilter) {
        auditEvents(filter: $filter) { nodes { action outcome actor { id } target { id type label } requestId traceId } }
      }`,
      { filter: { userId: admin.id, entityId: typeName } },
    );
    expect(auditEvents.nodes).toEqual([
      {
        action: "entity-type.define",
        outcome: "SUCCESS",
        actor: { id: admin.id },
        target: { id: typeName, type: "EntityType", label: typeName },
        requestId: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
        traceId: expect.stringMatching(/^[0-9a-f]{32}$/) as string,
      },
    ]);
  });

  it("answers every field of a type, an entity and an event", async () => {
    const answer = await admin.data(
      `query Everything($filter: AuditEventFilter) {
        entityType(name: "${typeName}") {
          name pluralName description uniqueTogether version entityCount createdAt updatedAt createdBy { email } sdl
          fields {
            name kind description required unique indexed list sensitive defaultValue enumValues target onDelete
            minimum maximum maxLength pattern
          }
        }
        ${plural} {
          edges { cursor node { id } }
          nodes {
            id version createdAt updatedAt deletedAt name sku price owner { displayName }
            createdBy { email } updatedBy { email } entityType { name }
          }
        }
        auditEvents(filter: $filter) {
          nodes {
            id leafIndex occurredAt service action outcome reason metadata requestId traceId spanId sessionId ip userAgent
            operationName path
            actor { type id label user { email } impersonator { email } }
            target { id type label version }
            changes { field before after redacted }
          }
        }
      }`,
      { filter: { entityType: typeName } },
    );
    expect(answer).toMatchObject({
      entityType: {
        entityCount: 1,
        createdBy: { email: admin.email },
        fields: [{ name: "name" }, { unique: true }, {}, {}],
      },
      [plural]: {
        nodes: [{ price: "19.90", deletedAt: null, createdBy: { email: admin.email }, entityType: { name: typeName } }],
      },
      auditEvents: {
        nodes: [{ service: "dynamic", target: { type: typeName, label: "Lamp", version: 1 }, reason: null }],
      },
    });
  });

  it("lists the type among the entity types, and any entity by its id", async () => {
    const { entityTypes } = await admin.data<{ entityTypes: { name: string }[] }>("{ entityTypes { name } }");
    expect(entityTypes.map(({ name }) => name)).toContain(typeName);
    const listed = await admin.data<Record<string, { nodes: { id: string }[] }>>(`{ ${plural} { nodes { id } } }`);
    const id = listed[plural]?.nodes[0]?.id;
    const { entity } = await admin.data("query ($id: ID!) { entity(id: $id) { __typename id version } }", { id });
    expect(entity).toEqual({ __typename: typeName, id, version: 1 });
  });
});
