import { Kind, parse, print, visit, type ConstDirectiveNode, type DocumentNode } from "graphql";

/** Specs of rules that @apollo/gateway can't enforce, and because of which it refuses a whole supergraph. */
const REFUSED = new Set(["authenticated", "requiresScopes", "policy", "context"]);
const SPEC = /^https:\/\/specs\.apollo\.dev\/([A-Za-z]+)\/v\d+\.\d+$/;

export interface WithoutAccessRules {
  sdl: string;
  /** Names of the directives that stood in the supergraph, e.g. `requiresScopes`. */
  removed: string[];
}

/**
 * The supergraph as @apollo/gateway accepts it: without the directives of access rules, their definitions, their
 * scalars and their `@link`s. Who may do what is enforced where the rules were declared, in the subgraphs.
 */
export function withoutAccessRules(sdl: string): WithoutAccessRules {
  const document = parse(sdl, { noLocation: true });
  const names = linkedNames(document);
  if (names.size === 0) return { sdl, removed: [] };

  const isRule = (name: string) => names.has(name.split("__")[0] ?? name);
  const removeRule = (node: { name: { value: string } }) => (isRule(node.name.value) ? null : undefined);
  const stripped = visit(document, {
    Directive: (node) => (isRule(node.name.value) || namesRefusedSpec(node) ? null : undefined),
    DirectiveDefinition: removeRule,
    ScalarTypeDefinition: removeRule,
    EnumTypeDefinition: removeRule,
    InputObjectTypeDefinition: removeRule,
    Argument: ({ name }, _key, _parent, _path, ancestors) =>
      // @join__field(contextArguments:) tells the planner to fill arguments by @context's rules.
      name.value === "contextArguments" && isJoinField(ancestors.at(-1)) ? null : undefined,
  });
  return { sdl: print(stripped), removed: [...names] };
}

/** Names that the refused specs have in this supergraph: `@link(as:)` gives another one. */
function linkedNames(document: DocumentNode): Set<string> {
  const names = new Set<string>();
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.SCHEMA_DEFINITION && definition.kind !== Kind.SCHEMA_EXTENSION) continue;
    for (const link of definition.directives ?? []) {
      const spec = refusedSpec(link);
      if (spec !== undefined) names.add(stringArgument(link, "as") ?? spec);
    }
  }
  return names;
}

function refusedSpec(directive: ConstDirectiveNode): string | undefined {
  if (directive.name.value !== "link") return undefined;
  const [, spec = ""] = SPEC.exec(stringArgument(directive, "url") ?? "") ?? [];
  return REFUSED.has(spec) ? spec : undefined;
}

const namesRefusedSpec = (node: unknown) => refusedSpec(node as ConstDirectiveNode) !== undefined;

function stringArgument(directive: ConstDirectiveNode, name: string): string | undefined {
  const value = directive.arguments?.find((argument) => argument.name.value === name)?.value;
  return value?.kind === Kind.STRING ? value.value : undefined;
}

function isJoinField(node: unknown): boolean {
  return (node as Partial<ConstDirectiveNode> | undefined)?.name?.value === "join__field";
}
