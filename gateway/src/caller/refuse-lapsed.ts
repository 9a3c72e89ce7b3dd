import type { ApolloGateway } from "@apollo/gateway";
import { httpStatus } from "@supergraph/errors";
import { GraphQLError } from "graphql";
import type { GatewayContext } from "./caller.js";
import { isSelfContained } from "./self-contained-operation.js";

type Executor = ApolloGateway["executor"];

/**
 * Answers an operation whose token has lapsed with 401, unless it needs no caller: a client that refreshes its session
 * sends the expired token along.
 */
export function refuseLapsed({
  context,
  document,
  operation,
}: Parameters<Executor>[0]): ReturnType<Executor> | undefined {
  const { lapsed } = (context as GatewayContext).caller;
  if (!lapsed || isSelfContained(document, operation)) return undefined;
  const http = { status: httpStatus[lapsed.code] };
  const error = new GraphQLError(lapsed.message, { originalError: lapsed, extensions: { ...lapsed.extensions, http } });
  return Promise.resolve({ errors: [error] });
}
