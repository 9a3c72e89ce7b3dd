import {
  getDirectiveValues,
  GraphQLIncludeDirective,
  GraphQLSkipDirective,
  Kind,
  type DocumentNode,
  type FieldNode,
  type OperationDefinitionNode,
  type SelectionNode,
} from "graphql";

export interface AskedField {
  /** Its key in the response. */
  key: string;
  node: FieldNode;
}

type Variables = Readonly<Record<string, unknown>>;

/**
 * The root fields that an operation asks for, those of fragments included, without those that it skips. The operation
 * need not be valid.
 */
export function rootFieldsOf(
  { selectionSet }: OperationDefinitionNode,
  document: DocumentNode,
  variables: Variables,
): AskedField[] {
  const spread = new Set<string>();
  const fieldsOf = (selections: readonly SelectionNode[]): AskedField[] =>
    selections
      .filter((selection) => isAskedFor(selection, variables))
      .flatMap((selection) => {
        if (selection.kind === Kind.FIELD) return [{ key: (selection.alias ?? selection.name).value, node: selection }];
        if (selection.kind === Kind.INLINE_FRAGMENT) return fieldsOf(selection.selectionSet.selections);
        const { value: name } = selection.name;
        // Spread once is enough; in each other they would never end.
        if (spread.has(name)) return [];
        spread.add(name);
        return fieldsOf(fragmentOf(document, name));
      });
  return fieldsOf(selectionSet.selections);
}

function fragmentOf({ definitions }: DocumentNode, name: string): readonly SelectionNode[] {
  const found = definitions.find(
    (definition) => definition.kind === Kind.FRAGMENT_DEFINITION && definition.name.value === name,
  );
  return found?.kind === Kind.FRAGMENT_DEFINITION ? found.selectionSet.selections : [];
}

function isAskedFor(selection: SelectionNode, variables: Variables): boolean {
  try {
    const skip = getDirectiveValues(GraphQLSkipDirective, selection, variables);
    const include = getDirectiveValues(GraphQLIncludeDirective, selection, variables);
    return skip?.if !== true && include?.if !== false;
  } catch {
    // Whether it is to be skipped can't be read either.
    return true;
  }
}
