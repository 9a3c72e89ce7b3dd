export { apiSchemaOf, breakingChanges } from "./breaking-changes.js";
export {
  type Composition,
  type CompositionProblem,
  composeSupergraph,
  type SubgraphSdl,
} from "./compose-supergraph.js";
export { type Composer, createComposer } from "./composer.js";
export { readSupergraphConfig, SupergraphConfigError } from "./supergraph-config.js";
