import { unwrapResolverError } from "@apollo/server/errors";
import { SystemError, systemErrorOf } from "@supergraph/errors";
import { currentRequest, type Logger } from "@supergraph/service";
import type { GraphQLFormattedError } from "graphql";

/** Codes of Apollo's own that speak of the client's request, and are safe to send with their message. */
const APOLLO_CODES = new Set([
  "GRAPHQL_PARSE_FAILED",
  "GRAPHQL_VALIDATION_FAILED",
  "BAD_USER_INPUT",
  "BAD_REQUEST",
  "OPERATION_RESOLUTION_FAILURE",
  "PERSISTED_QUERY_NOT_FOUND",
  "PERSISTED_QUERY_NOT_SUPPORTED",
]);

export interface ErrorFormat {
  log: Logger;
  /** Whether an error that carries this code was made by one of ours, and may pass as it is. */
  passesCode?: (code: string) => boolean;
}

/**
 * What a client sees of an error: the catalogue's and Apollo's as they are, anything else masked and logged with its
 * stack; every one with the request's id.
 */
export function errorFormatter({ log, passesCode = () => false }: ErrorFormat) {
  return (formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError => {
    const requestId = currentRequest()?.requestId;
    const known = systemErrorOf(error);
    if (known)
      return { ...withoutInternals(formatted), message: known.message, extensions: { ...known.extensions, requestId } };

    const code = formatted.extensions?.code;
    if (typeof code === "string" && (APOLLO_CODES.has(code) || passesCode(code))) {
      return { ...withoutInternals(formatted), extensions: { ...publicExtensions(formatted), requestId } };
    }
    log.error({ err: unwrapResolverError(error) }, "masked an unexpected error");
    const { message, extensions } = new SystemError("UNEXPECTED");
    return { ...withoutInternals(formatted), message, extensions: { ...extensions, requestId } };
  };
}

function withoutInternals({ message, locations, path }: GraphQLFormattedError): GraphQLFormattedError {
  return { message, ...(locations && { locations }), ...(path && { path }) };
}

function publicExtensions({ extensions }: GraphQLFormattedError): Record<string, unknown> {
  const kept: Record<string, unknown> = { ...extensions };
  delete kept.stacktrace;
  delete kept.serviceName;
  return kept;
}
