import { catalogue, SystemError, type ErrorCode, type Reason } from "@supergraph/errors";
import type { SubgraphName } from "./settings.js";
import type { ServiceResponse } from "./transport.js";

/** What a service may answer about the matter itself; all else says that it can't answer. */
const REFUSALS = new Set<ErrorCode>(["BAD_USER_INPUT", "CONFLICT", "NOT_FOUND"]);

/**
 * The body that a service answered an internal call with.
 * @throws SystemError the reason for which it refused, or SERVICE_OUT_OF_REACH for any other answer but a 2xx
 */
export function bodyOf(service: SubgraphName, { status, body }: ServiceResponse): string {
  if (status >= 200 && status < 300) return body;
  const reason = reasonIn(body);
  if (reason && reason !== "ROUTE_NOT_FOUND" && REFUSALS.has(catalogue[reason].code)) throw new SystemError(reason);
  throw new SystemError("SERVICE_OUT_OF_REACH", { cause: new Error(`${service} answered ${status}`) });
}

function reasonIn(body: string): Reason | undefined {
  try {
    const { errors } = JSON.parse(body) as { errors?: { extensions?: { reason?: string } }[] };
    const reason = errors?.[0]?.extensions?.reason;
    return reason !== undefined && reason in catalogue ? (reason as Reason) : undefined;
  } catch {
    return undefined;
  }
}
