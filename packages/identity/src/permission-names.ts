import { entityPermissions, knownPermissions } from "./permission-catalogue.js";
import type { Permission } from "./permission.js";

/** `resource:action`, with `:own` or `:all`, or `*`. */
const FORM = /^(\*|[A-Za-z][A-Za-z0-9-]{0,62}:(\*|[a-z][a-z-]{0,62})(:(own|all))?)$/;

/** Whether it has the form of a permission, and so could be one. */
export const isPermission = (text: string): text is Permission => FORM.test(text);

/**
 * Why nobody can be granted this, or undefined when they can. A capitalised resource is an entity type, which may be
 * defined later; every other one is the catalogue's.
 */
export function problemOfPermission(text: string): string | undefined {
  const shown = JSON.stringify(text.slice(0, 200));
  if (!isPermission(text)) return `${shown} is not resource:action, resource:action:own or *`;
  const known = namesFor(text);
  const overAll = text.replace(/:(own|all)$/, "");
  if (known.has(text.endsWith(":own") ? text : overAll)) return undefined;
  return `${shown} is not a permission; did you mean ${known.has(overAll) ? overAll : nearest(text, [...known])}?`;
}

/** The names that can be granted, of the text's resource when it is an entity type; wildcards included. */
function namesFor(text: string): Set<Permission> {
  const [resource = ""] = text.split(":");
  const known = /^[A-Z]/.test(resource) ? entityPermissions(resource) : knownPermissions;
  const wildcards = known.map((permission) => (permission.name === "*" ? "*" : `${permission.resource}:*`));
  const ofOwn = known.filter(({ name }) => name.endsWith(":own")).map((permission) => `${permission.resource}:*:own`);
  return new Set([...known.map(({ name }) => name), ...wildcards, ...ofOwn]);
}

function nearest(text: string, names: readonly string[]): string {
  const [first = "", ...others] = names;
  return others.reduce((best, name) => (distance(text, name) < distance(text, best) ? name : best), first);
}

/** How many characters must be put in, taken out or changed to make one text of the other (Levenshtein). */
function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (const [index, character] of [...one].entries()) {
    const next = [index + 1];
    for (let at = 1; at <= other.length; at++) {
      const changed = (row[at - 1] ?? 0) + (other[at - 1] === character ? 0 : 1);
      next.push(Math.min((row[at] ?? 0) + 1, (next[at - 1] ?? 0) + 1, changed));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
