import type { Permission } from "./permission.js";

interface CatalogueEntry {
  description: string;
  /** Whether `:own` makes sense: the right over the holder's own records alone. */
  own?: true;
}

/**
 * Every permission that the system asks for, by resource and action. This is the place to add one: a test holds it
 * against what the services ask for, both ways, and against docs/reference/permissions.md (UPDATE_DOCS=1 writes it).
 */
const catalogue = {
  users: {
    read: { description: "List people, and see their e-mail addresses and second factors.", own: true },
    create: { description: "Make accounts for others." },
    update: { description: "Change people's names and profiles.", own: true },
    suspend: { description: "Suspend people, and take them back." },
    delete: { description: "Delete people, in a way that can be undone.", own: true },
    erase: { description: "Erase people's personal data from every service, for good." },
    export: { description: "Export all that is held on people.", own: true },
    impersonate: { description: "Act as somebody else for a while; every event names both." },
  },
  sessions: {
    read: { description: "See where people are signed in.", own: true },
    revoke: { description: "End people's sessions.", own: true },
  },
  roles: {
    read: { description: "See roles, permissions, and who holds them." },
    manage: { description: "Make, change and delete roles, of what one holds oneself." },
    assign: { description: "Give and take roles, of what one holds oneself." },
  },
  "api-keys": {
    read: { description: "See which API keys people have; never the keys themselves.", own: true },
    revoke: { description: "End people's API keys.", own: true },
  },
  "service-accounts": {
    manage: { description: "Make, change and end the accounts by which other programs sign in." },
  },
  tokens: {
    introspect: { description: "Ask whose an access token is, and whether it counts." },
  },
  "signing-keys": {
    manage: { description: "See the keys that sign access tokens, and replace them." },
  },
  "entity-types": {
    read: { description: "See every entity type, also those of which one may read no entity." },
    manage: { description: "Define entity types." },
  },
  audit: {
    read: { description: "Read the whole audit log." },
    verify: { description: "Prove that the audit log was not changed." },
    hold: { description: "Place and lift legal holds, which keep what the audit log has of somebody or something." },
  },
} as const satisfies Record<string, Record<string, CatalogueEntry>>;

/** What may be done to the entities of every type that users define; `Product:*` is all of it. */
const entityActions = {
  create: { description: "Create" },
  read: { description: "Read", own: true },
  update: { description: "Change", own: true },
  delete: { description: "Delete", own: true },
} as const satisfies Record<string, CatalogueEntry>;

export type EntityAction = keyof typeof entityActions;

/** A permission that can be granted. */
export interface KnownPermission {
  name: Permission;
  resource: string;
  action: string;
  description: string;
}

/** All that the code fixes, `*` first. */
export const knownPermissions: readonly KnownPermission[] = [
  { name: "*", resource: "*", action: "*", description: "Everything." },
  ...Object.entries(catalogue).flatMap(([resource, actions]) => permissionsOf(resource, actions)),
];

/** What can be granted on the entities of a type. */
export function entityPermissions(typeName: string): KnownPermission[] {
  const actions = Object.entries<CatalogueEntry>(entityActions).map(([action, entry]) => [
    action,
    { ...entry, description: `${entry.description} entities of the type ${typeName}.` },
  ]);
  return permissionsOf(typeName, Object.fromEntries(actions) as Record<string, CatalogueEntry>);
}

function permissionsOf(resource: string, actions: Record<string, CatalogueEntry>): KnownPermission[] {
  return Object.entries(actions).flatMap(([action, { description, own }]) => {
    const name = `${resource}:${action}`;
    const all = { name, resource, action, description };
    return own ? [all, { ...all, name: `${name}:own`, description: `${description} One's own only.` }] : [all];
  });
}
