import type { Attempt, AuditDetails } from "@supergraph/audit-trail";
import { responsePathAsArray, type GraphQLFieldResolver, type GraphQLResolveInfo } from "graphql";
import type { Caller, SubgraphContext } from "./context.js";

/** What a root field leaves in the audit log. */
export interface AuditDeclaration {
  /** `resource.action` */
  action: string;
  /** The target's type, when an argument names the target. */
  entityType?: string;
  /** The argument that holds the target's id. */
  target?: string;
  /** What each of its events says beside. */
  metadata?: Record<string, unknown>;
}

/** Where in the operation something is asked. */
export type Field = Pick<GraphQLResolveInfo, "path" | "fieldName">;
export type Resolver = GraphQLFieldResolver<unknown, SubgraphContext>;

/** The attempt that a call of a declared field is, with the target that its arguments name. */
export function attemptOf(
  { action, entityType, target, metadata }: AuditDeclaration,
  args: Readonly<Record<string, unknown>>,
  { caller }: SubgraphContext,
  path: string,
): Attempt {
  const id = target === undefined ? undefined : args[target];
  const details: AuditDetails = {
    ...(entityType !== undefined && typeof id === "string" && { target: { type: entityType, id } }),
    ...(metadata && { metadata }),
  };
  return { action, identity: caller.identity, path, details };
}

export function pathOf({ path }: Field): string {
  return responsePathAsArray(path).join(".");
}

/** The name by which a field counts as the same within a request, whatever aliases and objects it is asked for by. */
export function nameOf({ path, fieldName }: Field): string {
  return `${(path.typename ?? "Query").toLowerCase()}.${fieldName}`;
}

const begun = new WeakMap<Caller, Set<string>>();

/** Says that the field runs: whoever runs it sees to its event. */
export function begin({ caller }: SubgraphContext, field: Field): void {
  begun.set(caller, (begun.get(caller) ?? new Set()).add(pathOf(field)));
}

/** Whether the root field of that key in the response runs or ran: arguments that can't be read keep it from that. */
export function hasBegun({ caller }: SubgraphContext, key: string): boolean {
  return begun.get(caller)?.has(key) ?? false;
}
