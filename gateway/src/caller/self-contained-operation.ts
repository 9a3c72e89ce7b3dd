import { Kind, type DocumentNode, type OperationDefinitionNode, type SelectionSetNode } from "graphql";

/** Root fields that take what they need as arguments: a lapsed token beside them says nothing about the caller. */
const SELF_CONTAINED: Record<OperationDefinitionNode["operation"], ReadonlySet<string>> = {
  query: new Set(["passwordPolicy", "__typename"]),
  mutation: new Set([
    "register",
    "login",
    "refreshSession",
    "requestPasswordReset",
    "resetPassword",
    "verifyEmail",
    "confirmEmailChange",
    "__typename",
  ]),
  subscription: new Set(),
};

/** Whether the operation needs no caller: it signs in, or follows a link of a mail. A lapsed token is not in its way. */
export function isSelfContained(document: DocumentNode, operation: OperationDefinitionNode): boolean {
  const fields = SELF_CONTAINED[operation.operation];
  return rootFields(document, operation.selectionSet).every((name) => fields.has(name));
}

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
