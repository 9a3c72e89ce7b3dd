import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { readablePassword } from "./kept-secrets.js";

/** Sends an operation to the endpoint. */
export type Operate = (query: string, variables: Record<string, unknown>, accessToken?: string) => Promise<unknown>;

export interface Account {
  email: string;
  password: string;
}

const accounts = z.array(z.object({ email: z.string(), password: z.string() }));
const login = z.object({ data: z.object({ login: z.object({ tokens: z.object({ accessToken: z.string() }) }) }) });
const registered = z.object({ data: z.object({ register: z.object({ user: z.object({ id: z.string() }) }) }) });
const roles = z.object({ data: z.object({ roles: z.array(z.object({ id: z.string(), name: z.string() })) }) });
const assigned = z.object({ data: z.object({ assignRole: z.object({ id: z.string() }) }) });

const LOGIN = `mutation ($input: LoginInput!) { login(input: $input) { tokens { accessToken } } }`;
const REGISTER = `mutation ($input: RegisterInput!) { register(input: $input) { user { id } } }`;
const ROLES = `{ roles { id name } }`;
const ASSIGN = `mutation ($userId: ID!, $roleId: ID!) { assignRole(userId: $userId, roleId: $roleId) { id } }`;

/**
 * The accounts to try the system with beside the administrator's: an auditor and an ordinary user. Made through the
 * public API at the first start, and kept in the data directory.
 */
export async function developmentAccounts(
  operate: Operate,
  administrator: Account,
  dataDirectory: string,
): Promise<Account[]> {
  const file = path.join(dataDirectory, "development-accounts.json");
  const stored = await readFile(file, "utf8").catch(() => undefined);
  if (stored !== undefined) return accounts.parse(JSON.parse(stored));

  const made = [
    { email: "auditor@example.com", password: readablePassword() },
    { email: "user@example.com", password: readablePassword() },
  ];
  const signedIn = login.safeParse(await operate(LOGIN, { input: administrator }));
  // The administrator has another password than this installation's: somebody else set this database up.
  if (!signedIn.success) return [];
  const { accessToken } = signedIn.data.data.login.tokens;
  const auditorRole = roles
    .parse(await operate(ROLES, {}, accessToken))
    .data.roles.find(({ name }) => name === "auditor");
  for (const { email, password } of made) {
    const firstName = email === "auditor@example.com" ? "Ada" : "Uma";
    const person = registered.safeParse(
      await operate(REGISTER, { input: { email, password, firstName, lastName: "Example" } }),
    );
    if (!person.success) return [];
    if (email !== "auditor@example.com") continue;
    const userId = person.data.data.register.user.id;
    assigned.parse(await operate(ASSIGN, { userId, roleId: auditorRole?.id }, accessToken));
  }
  await writeFile(file, `${JSON.stringify(made, null, 2)}\n`, { mode: 0o600 });
  return made;
}
