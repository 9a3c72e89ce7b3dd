import { Kind, type DocumentNode, type OperationDefinitionNode, type SelectionSetNode } from "graphql";

/** Root fields that take what they need as arguments: a lapsed token beside them says nothing about the caller. */
const SIGN_IN_FIELDS = new Set(["register", "login", "refreshSession"]);

/** Whether the operation does nothing but sign in, so that a lapsed access token does not stand in its way. */
export function isSignIn(document: DocumentNode, operation: OperationDefinitionNode): boolean {
  return operation.operation === "mutation" && rootFields(document, operation.selectionSet).every(isSignInField);
}

const isSignInField = (name: string) => SIGN_IN_FIELDS.has(name) || name === "__typename";

/** Names of the fields at the root, those of fragments included. The operation is valid: fragments are not circular. */
function rootFields(document: DocumentNode, { selections }: SelectionSetNode): string[] {
  return selections.flatMap((selection) => {
    if (selection.kind === Kind.FIELD) return [selection.name.value];
    if (selection.kind === Kind.INLINE_FRAGMENT) return rootFields(document, selection.selectionSet);
    const fragment = document.definitions.find(
      (definition) => definition.kind === Kind.FRAGMENT_DEFINITION && definition.name.value === selection.name.value,
    );
    return fragment?.kind === Kind.FRAGMENT_DEFINITION ? rootFields(document, fragment.selectionSet) : [];
  });
}
