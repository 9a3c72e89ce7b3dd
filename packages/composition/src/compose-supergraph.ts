import { composeServices } from "@apollo/composition";
import { type ASTNode, GraphQLError, parse } from "graphql";

export interface SubgraphSdl {
  name: string;
  /** Where the gateway reaches it; a subgraph that is called in-process needs none. */
  url?: string;
  sdl: string;
}

export interface CompositionProblem {
  /** One of Apollo's composition codes, e.g. `INVALID_FIELD_SHARING`. */
  code: string;
  message: string;
  /** The subgraph that it is about, when it is about one. */
  subgraph?: string;
}

export type Composition = { supergraphSdl: string } | { problems: CompositionProblem[] };

/**
 * Composes a Federation 2 supergraph on the calling thread, which it blocks for as long as it takes: hundreds of
 * milliseconds for tens of types, seconds for hundreds. A service asks a `Composer` instead.
 */
export function composeSupergraph(subgraphs: readonly SubgraphSdl[]): Composition {
  const services = [];
  const problems: CompositionProblem[] = [];
  for (const { name, url, sdl } of subgraphs) {
    try {
      services.push({ name, typeDefs: parse(sdl), ...(url !== undefined && { url }) });
    } catch (error) {
      if (!(error instanceof GraphQLError)) throw error;
      problems.push(syntaxProblem(name, error));
    }
  }
  if (problems.length > 0) return { problems };

  const result = composeServices(services);
  if (result.errors === undefined) return { supergraphSdl: result.supergraphSdl };
  return { problems: result.errors.map(compositionProblem) };
}

function syntaxProblem(subgraph: string, error: GraphQLError): CompositionProblem {
  const [place] = error.locations ?? [];
  const where = place ? ` (line ${place.line}, column ${place.column})` : "";
  return { code: "INVALID_GRAPHQL", message: `[${subgraph}] ${error.message}${where}`, subgraph };
}

function compositionProblem(error: GraphQLError): CompositionProblem {
  const { code } = error.extensions;
  const names = new Set(error.nodes?.map(subgraphOf));
  const [subgraph] = names;
  return {
    code: typeof code === "string" ? code : "COMPOSITION_FAILED",
    message: error.message,
    ...(names.size === 1 && subgraph !== undefined && { subgraph }),
  };
}

/** Apollo marks each node of an error that concerns one subgraph with that subgraph's name. */
function subgraphOf(node: ASTNode): string | undefined {
  return "subgraph" in node && typeof node.subgraph === "string" ? node.subgraph : undefined;
}
