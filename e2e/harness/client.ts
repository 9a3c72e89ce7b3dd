import { randomBytes } from "node:crypto";
import { inject } from "vitest";

export interface OperationError {
  message: string;
  path?: (string | number)[];
  extensions: { code: string; reason?: string; requestId: string; fields?: { path: string; message: string }[] };
}

export interface Answer<Data> {
  status: number;
  headers: Headers;
  data: Data | null | undefined;
  errors: OperationError[] | undefined;
}

export type Variables = Record<string, unknown>;

export const endpoint = (): string => `${inject("supergraph").origin}/graphql`;

/** Somebody who sends operations to the endpoint: nobody, until signed in. */
export class Client {
  constructor(
    readonly url: string = endpoint(),
    readonly accessToken?: string,
  ) {}

  async send<Data = Record<string, unknown>>(
    query: string,
    variables: Variables = {},
    headers: Record<string, string> = {},
  ): Promise<Answer<Data>> {
    const response = await fetch(this.url, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        ...(this.accessToken !== undefined && { authorization: `Bearer ${this.accessToken}` }),
        ...headers,
      },
      body: JSON.stringify({ query, variables }),
    });
    const body = (await response.json()) as Pick<Answer<Data>, "data" | "errors">;
    return { status: response.status, headers: response.headers, data: body.data, errors: body.errors };
  }

  /** The data of an operation that must succeed. */
  async data<Data = Record<string, unknown>>(query: string, variables: Variables = {}): Promise<Data> {
    const { data, errors } = await this.send<Data>(query, variables);
    if (errors || !data) throw new Error(`The operation failed: ${JSON.stringify(errors, null, 2)}\n${query}`);
    return data;
  }

  /** The first error of an operation that must fail. */
  async error(query: string, variables: Variables = {}): Promise<OperationError> {
    const { errors } = await this.send(query, variables);
    if (!errors?.[0]) throw new Error(`The operation did not fail: ${query}`);
    return errors[0];
  }
}

export interface Person extends Client {
  id: string;
  email: string;
  password: string;
  refreshToken: string;
  sessionId: string;
}

interface AuthData {
  tokens: { accessToken: string; refreshToken: string };
  user: { id: string };
  session: { id: string };
}

const AUTH_FIELDS = "{ tokens { accessToken refreshToken } user { id } session { id } }";

export async function signIn(email: string, password: string, url = endpoint()): Promise<Person> {
  const { login } = await new Client(url).data<{ login: AuthData }>(
    `mutation SignIn($input: LoginInput!) { login(input: $input) ${AUTH_FIELDS} }`,
    { input: { email, password } },
  );
  return person(url, login, email, password);
}

/** A new person of an ordinary user's rights. */
export async function register(firstName = "Uma", url = endpoint()): Promise<Person> {
  const email = `${firstName.toLowerCase()}-${unique()}@example.com`;
  const password = `long enough ${randomBytes(6).toString("hex")}`;
  const { register: registered } = await new Client(url).data<{ register: AuthData }>(
    `mutation Register($input: RegisterInput!) { register(input: $input) ${AUTH_FIELDS} }`,
    { input: { email, password, firstName, lastName: "Example" } },
  );
  return person(url, registered, email, password);
}

function person(url: string, { tokens, user, session }: AuthData, email: string, password: string): Person {
  return Object.assign(new Client(url, tokens.accessToken), {
    id: user.id,
    email,
    password,
    refreshToken: tokens.refreshToken,
    sessionId: session.id,
  });
}

export function administrator(): Promise<Person> {
  const { email, password } = inject("supergraph").administrator;
  return signIn(email, password);
}

/** A new person who holds the role beside that of an ordinary user. */
export async function personWithRole(role: string, admin: Client): Promise<Person> {
  const { roles } = await admin.data<{ roles: { id: string; name: string }[] }>("{ roles { id name } }");
  const someone = await register(role === "auditor" ? "Ada" : "Rolf");
  await admin.data(
    "mutation Assign($userId: ID!, $roleId: ID!) { assignRole(userId: $userId, roleId: $roleId) { id } }",
    {
      userId: someone.id,
      roleId: roles.find(({ name }) => name === role)?.id,
    },
  );
  return signIn(someone.email, someone.password);
}

/** Short, and safe in a GraphQL name. */
export const unique = (): string => randomBytes(5).toString("hex");
