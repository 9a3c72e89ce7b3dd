import { administrator, Client, personWithRole, register, type Person, type Variables } from "../harness/client.js";

/** Who tries everything. */
export interface Cast {
  admin: Person;
  auditor: Person;
  /** A person of an ordinary user's rights. */
  stranger: Person;
  nobody: Client;
  /** The name of an entity type, which the walk has defined. */
  defined: string;
}

export async function assemble(defined: string): Promise<Cast> {
  const admin = await administrator();
  return {
    admin,
    auditor: await personWithRole("auditor", admin),
    stranger: await register("Stran"),
    nobody: new Client(),
    defined,
  };
}

/** What the API shows of something, by the names that an event's changes have. */
export type Shown = Record<string, unknown>;

/** The answer to the mutation: what its one field holds. */
export type Answer = Record<string, Record<string, unknown>> & { id?: string };

export interface Refusal {
  by: Client;
  /** In place of those of the same name. */
  variables?: Variables;
  reason: string;
  outcome?: "DENIED" | "FAILURE";
}

/** How a mutation is tried: refused, with input that is no good, and so that it succeeds. */
export interface Prepared {
  /** Who may do it. */
  by: Client;
  variables?: Variables;
  /** What is asked of the answer, e.g. `{ id }`. */
  selection?: string;
  /** Undefined: there is nobody who may not. */
  denied: Refusal | undefined;
  /** Undefined: it has no input. */
  bad: { variables: Variables; reason: string }[] | undefined;
  /** What it is done to; of what has just been made, by the answer. */
  target: (answer: Answer) => Target;
  /** Who did it, when that is not who asked: who has just signed in. */
  actor?: (answer: Answer) => string | undefined;
  /** Null for nothing, as before it is made. Undefined: nothing that the API shows changes. */
  shows?: (answer: Answer | undefined) => Promise<Shown | null>;
  /** Fields that have changed and are sensitive. */
  redacted?: string[];
  /** Whether it erases the person that it is done to, and with them what the event says of them. */
  isErasure?: true;
}

export interface Target {
  type: string;
  id: unknown;
  label: unknown;
  /** Of what counts its versions, when this made one. */
  version?: unknown;
}

/** By the mutation's name; those of an entity type stand under `Entity` in place of its name. */
export type Recipes = Record<string, (cast: Cast) => Promise<Prepared>>;

/** The refusal of whoever has not signed in. */
export const notSignedIn = ({ nobody }: Cast): Refusal => ({ by: nobody, reason: "SIGN_IN_REQUIRED" });

/** The refusal of an ordinary person. */
export const notPermitted = ({ stranger }: Cast): Refusal => ({ by: stranger, reason: "PERMISSION_MISSING" });

export const invalid = (variables: Variables) => ({ variables, reason: "INVALID_INPUT" });
