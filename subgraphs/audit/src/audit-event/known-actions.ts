import { AUDIT_ACTIONS } from "@supergraph/audit-trail";
import { invalidInput, type FieldProblem } from "@supergraph/errors";
import { editDistance } from "./edit-distance.js";

/** What is done to things of a type that may not be there yet: `product.create`, `Product.read`. */
const ON_A_TYPE = /^[A-Za-z][\w-]*\.(create|update|delete|restore|read)$/;
const CATALOGUE: ReadonlySet<string> = new Set(AUDIT_ACTIONS);
/** Letters that a slip of the fingers changes. */
const SLIP = 3;

/**
 * Refuses actions that nobody ever declared or did: a filter by a name mistyped would find nothing, and say that nothing
 * happened. Names that only the log knows are good, e.g. those that another release had.
 * @throws SystemError INVALID_INPUT naming each, with the name that it is most like
 */
export async function refuseUnknownActions(
  actions: readonly string[],
  isInLog: (action: string) => Promise<boolean>,
): Promise<void> {
  const strangers = actions.filter((action) => !CATALOGUE.has(action) && !ON_A_TYPE.test(action));
  const areInLog = await Promise.all(strangers.map(isInLog));
  const unknown = strangers.filter((_, index) => !areInLog[index]);
  const [first, ...rest] = unknown.map((action) => problemOf(action, actions));
  if (first) throw invalidInput(first, ...rest);
}

function problemOf(action: string, actions: readonly string[]): FieldProblem {
  return { path: `filter.actions.${actions.indexOf(action)}`, message: `is no known action${hintFor(action)}` };
}

function hintFor(action: string): string {
  if (action.endsWith("*")) return "; actionPrefix takes the beginning of one";
  const [nearest] = AUDIT_ACTIONS.map((name) => ({ name, distance: editDistance(name, action) })).sort(
    (a, b) => a.distance - b.distance,
  );
  return nearest && nearest.distance <= SLIP ? `; did you mean ${nearest.name}?` : "";
}
