import { AuditTrail } from "@supergraph/audit-trail";
import { Intents } from "@supergraph/intent";
import { Database } from "@supergraph/persistence";
import { createLog, type ServiceCaller } from "@supergraph/service";
import { disposableDatabase, type DisposableDatabase } from "@supergraph/testing";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { RoleRepository } from "../role/role.repository.js";
import { AccountRepository } from "./account.repository.js";
import { RegistrationService } from "./registration.service.js";

const person = { email: "ada@example.com", password: "correct horse battery", firstName: "Ada", lastName: "Lovelace" };

const TAKEN = JSON.stringify({ errors: [{ message: "taken", extensions: { reason: "EMAIL_TAKEN" } }] });

/** Which calls auth makes, and what it does with each answer; e2e runs the same against the users service itself. */
describe("a registration", () => {
  let disposable: DisposableDatabase;
  let database: Database;
  let service: RegistrationService;
  let intents: Intents;
  let audit: AuditTrail;
  const log = createLog("auth", "silent");
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
      return Promise.resolve({ status, headers: {}, body: status === 409 ? TAKEN : "" });
    };
    audit = new AuditTrail("auth", database, log);
    intents = new Intents(database, audit, log);
    service = new RegistrationService(
      database,
      new AccountRepository(database),
      new RoleRepository(database),
      call,
      audit,
      intents,
    );
  });
  beforeEach(async () => {
    persons.clear();
    answer = () => 204;
    for (const table of ["role_grant", "account", "intent"]) await database.run((query) => query(table).delete());
  });
  afterAll(async () => {
    await database.close();
    await disposable.drop();
  });

  const counts = async () => {
    const count = async (table: string) => (await database.run((query) => query(table).select("*"))).length;
    return { persons: persons.size, accounts: await count("account"), intents: await count("intent") };
  };
  const nobody = { caller: undefined, request: {} };
  const register = (work: () => Promise<string> = () => service.register(person)) =>
    audit.attempt({ action: "auth.register", identity: nobody, path: "register" }, work);
  const makeOlder = () =>
    database.run((query) => query("intent").update({ started_at: query.raw("now() - interval '4 seconds'") }));

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

  it("whose unit of work fails after the person was made is undone at once, or as soon as users can be reached", async () => {
    const fails = async () => {
      await service.register(person);
      throw new Error("the commit fails");
    };
    await expect(register(fails)).rejects.toThrow("the commit fails");
    expect(await counts()).toEqual({ persons: 0, accounts: 0, intents: 0 });

    answer = (method) => (method === "PUT" ? 204 : 503);
    await expect(register(fails)).rejects.toThrow("the commit fails");
    await makeOlder();
    await intents.finishAbandoned();
    expect(await counts()).toEqual({ persons: 1, accounts: 0, intents: 1 });
    answer = () => 204;
    await intents.finishAbandoned();
    expect(await counts()).toEqual({ persons: 0, accounts: 0, intents: 0 });
  });

  it("that is being made is left alone, however long it takes", async () => {
    const owner = new Database({ url: disposable.ownerUrl, schema: "auth" });
    const begins = (when: string) =>
      owner.run((query) => query.raw(`alter table intent alter column started_at set default ${when}`));
    await begins("now() - interval '1 hour'");
    await register(async () => {
      const id = await service.register(person);
      await database.independently(() => intents.finishAbandoned());
      return id;
    });
    await begins("now()");
    await owner.close();
    expect(await counts()).toEqual({ persons: 1, accounts: 1, intents: 0 });
  });

  it("of an address that is known calls nobody", async () => {
    await register();
    answer = () => {
      throw new Error("must not be called");
    };
    await expect(register(() => service.register({ ...person, email: "ADA@example.com" }))).rejects.toMatchObject({
      reason: "EMAIL_TAKEN",
    });
  });
});
