import { beforeAll, describe, expect, it } from "vitest";
import { administrator, personWithRole, register, unique, type Person } from "../harness/client.js";
import { recorded } from "./recorded.js";

const OPERATION = `mutation ($id: ID!, $one: RoleInput!, $two: RoleInput!) {
  one: createRole(input: $one) { id }
  renamed: updateUser(id: $id, input: { displayName: "One of many" }) { id }
  two: createRole(input: $two) { id }
  again: updateUser(id: $id, input: { displayName: "Another of many" }) { id } }`;
const role = (name = `role ${unique()}`) => ({ name, permissions: ["users:read"] });

describe("mutations of several services in one operation", () => {
  let admin: Person;
  let auditor: Person;
  let person: Person;
  beforeAll(async () => {
    admin = await administrator();
    [auditor, person] = await Promise.all([personWithRole("auditor", admin), register("Mani")]);
  });

  const endings = async (one: object, two: object) => {
    const { events } = await recorded(admin, auditor, OPERATION, { id: person.id, one, two });
    return events.map(({ path, outcome, reason }) => [path, reason ?? outcome]).toSorted();
  };

  it("leave one event each, also two of the same", async () => {
    expect(await endings(role(), role())).toEqual([
      ["again", "SUCCESS"],
      ["one", "SUCCESS"],
      ["renamed", "SUCCESS"],
      ["two", "SUCCESS"],
    ]);
  });

  it("leave one event each of those that were tried, when one of them fails", async () => {
    expect(await endings(role(" "), role())).toEqual([
      ["again", "SUCCESS"],
      ["one", "INVALID_INPUT"],
      ["renamed", "SUCCESS"],
      ["two", "SUCCESS"],
    ]);
  });
});
