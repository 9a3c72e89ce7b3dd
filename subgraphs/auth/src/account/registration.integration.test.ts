import { Database } from "@supergraph/persistence";
import { createLog, type ServiceCaller } from "@supergraph/service";
import { disposableDatabase, type DisposableDatabase } from "@supergraph/testing";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { RoleRepository } from "../role/role.repository.js";
import { AccountRepository } from "./account.repository.js";
import { RegistrationRepository } from "./registration.repository.js";
import { RegistrationService } from "./registration.service.js";

const person = { email: "ada@example.com", password: "correct horse battery", firstName: "Ada", lastName: "Lovelace" };

/** Which calls auth makes, and what it does with each answer; e2e runs the same against the users service itself. */
describe("a registration", () => {
  let disposable: DisposableDatabase;
  let database: Database;
  let service: RegistrationService;
  const persons = new Set<string>();
  let answer: (method: string) => number = () => 204;
  beforeAll(async () => {
    disposable = await disposableDatabase();
    database = new Database({ url: disposable.url("auth"), schema: "auth" });
    const call: ServiceCaller = (_, identity, { method, path }) => {
      expect(identity.caller).toMatchObject({ sub: "auth", client: "service" });
      const status = answer(method);
      const id = path.split("/").at(-1) ?? "";
      if (status === 204) {
        if (method === "PUT") persons.add(id);
        else persons.delete(id);
      }
      return Promise.resolve({ status, headers: {}, body: "" });
    };
    service = new RegistrationService(
      database,
      new AccountRepository(database),
      new RegistrationRepository(database),
      new RoleRepository(database),
      call,
      createLog("auth", "silent"),
    );
  });
  beforeEach(async () => {
    persons.clear();
    answer = () => 204;
    for (const table of ["role_grant", "account", "registration"]) await database.run((query) => query(table).delete());
  });
  afterAll(async () => {
    await database.close();
    await disposable.drop();
  });

  const counts = async () => {
    const count = async (table: string) => (await database.run((query) => query(table).select("*"))).length;
    return { persons: persons.size, accounts: await count("account"), intents: await count("registration") };
  };
  const register = () => database.unitOfWork(() => service.register(person));

  it("makes the person and the account, and leaves no intent", async () => {
    const id = await register();
    expect(persons).toEqual(new Set([id]));
    expect(await counts()).toEqual({ persons: 1, accounts: 1, intents: 0 });
  });

  it("leaves nothing behind when the users service refuses or is away", async () => {
    for (const [status, reason] of [
      [409, "EMAIL_TAKEN"],
      [500, "SERVICE_OUT_OF_REACH"],
    ] as const) {
      answer = (method) => (method === "PUT" ? status : 204);
      await expect(register()).rejects.toMatchObject({ reason });
      expect(await counts()).toEqual({ persons: 0, accounts: 0, intents: 0 });
    }
  });

  it("that ended between the person and the account is undone once it is old enough, and not before", async () => {
    const crashed = database.unitOfWork(async () => {
      await service.register(person);
      throw new Error("the process dies before the commit");
    });
    await expect(crashed).rejects.toThrow();
    expect(await counts()).toEqual({ persons: 1, accounts: 0, intents: 1 });
    await service.undoAbandoned();
    expect(await counts()).toEqual({ persons: 1, accounts: 0, intents: 1 });

    await database.run((query) => query.raw("update registration set started_at = started_at - interval '2 minutes'"));
    answer = () => 503;
    await expect(service.undoAbandoned()).rejects.toMatchObject({ reason: "SERVICE_OUT_OF_REACH" });
    expect(await counts()).toEqual({ persons: 1, accounts: 0, intents: 1 });
    answer = () => 204;
    await service.undoAbandoned();
    expect(await counts()).toEqual({ persons: 0, accounts: 0, intents: 0 });
  });

  it("of an address that is known calls nobody", async () => {
    await register();
    answer = () => {
      throw new Error("must not be called");
    };
    await expect(
      database.unitOfWork(() => service.register({ ...person, email: "ADA@example.com" })),
    ).rejects.toMatchObject({
      reason: "EMAIL_TAKEN",
    });
  });
});
