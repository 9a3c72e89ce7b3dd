import { SystemError } from "@supergraph/errors";
import type { ServiceResponse } from "@supergraph/service";
import type { GraphQLFormattedError } from "graphql";

export interface GraphQLResult {
  data?: Record<string, unknown> | null;
  errors?: GraphQLFormattedError[];
  extensions?: Record<string, unknown>;
}

/**
 * Reads what a subgraph answered.
 * @throws SystemError SERVICE_OUT_OF_REACH when it is no GraphQL result, or says that the gateway is not trusted (401)
 */
export function graphqlResultOf({ status, body }: ServiceResponse): GraphQLResult {
  const result = status === 401 ? undefined : parsed(body);
  if (isResult(result)) return result;
  throw new SystemError("SERVICE_OUT_OF_REACH", { cause: new Error(`answered ${status}: ${body.slice(0, 200)}`) });
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body) as unknown;
  } catch {
    return undefined;
  }
}

function isResult(value: unknown): value is GraphQLResult {
  if (typeof value !== "object" || value === null) return false;
  const { data, errors } = value as { data?: unknown; errors?: unknown };
  if (data === undefined && errors === undefined) return false;
  return (data === undefined || typeof data === "object") && (errors === undefined || Array.isArray(errors));
}
