import { SystemError } from "@supergraph/errors";
import type { RoleRepository } from "./role.repository.js";

/** The rule that somebody must be left who may do everything: an ACTIVE account that holds the built-in role admin. */
export class LastAdministrator {
  constructor(private readonly roles: RoleRepository) {}

  /**
   * Makes a change that may take the person from the administrators, within the current unit of work. Until that ends
   * no other such change is made: of two administrators who remove each other at the same moment, one stays.
   * @throws SystemError LAST_ADMINISTRATOR when nobody would be left
   */
  async outlives<Result>(userId: string, change: () => Promise<Result>): Promise<Result> {
    // First of all: who is made an administrator at this moment must not be counted on by one who leaves meanwhile.
    await this.roles.lockAdministrators();
    if (!(await this.roles.hasActiveAdministrator(userId))) return change();
    const result = await change();
    if (!(await this.roles.hasActiveAdministrator())) throw new SystemError("LAST_ADMINISTRATOR");
    return result;
  }
}
