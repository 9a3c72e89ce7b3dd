import type { ExportedEvent } from "./exported-event.js";

interface OcsfClass {
  uid: number;
  name: string;
  category: { uid: number; name: string };
  activities: Readonly<Record<string, number>>;
}

const IAM = { uid: 3, name: "Identity & Access Management" };

/** The classes of OCSF 1.9.0 that an audit event can be of, and of their activities those that occur here. */
const AUTHENTICATION = {
  uid: 3002,
  name: "Authentication",
  category: IAM,
  activities: { Logon: 1, Logoff: 2, "Account Switch": 7 },
} satisfies OcsfClass;
const ENTITY_MANAGEMENT = {
  uid: 3004,
  name: "Entity Management",
  category: IAM,
  activities: {
    Create: 1,
    Read: 2,
    Update: 3,
    Delete: 4,
    Disable: 9,
    Activate: 10,
    Deactivate: 11,
    Suspend: 12,
    Resume: 13,
  },
} satisfies OcsfClass;
const API_ACTIVITY = {
  uid: 6003,
  name: "API Activity",
  category: { uid: 6, name: "Application Activity" },
  activities: { Create: 1, Read: 2, Update: 3, Delete: 4 },
} satisfies OcsfClass;

/** What kind of event it is to OCSF. */
export interface OcsfActivity {
  class: OcsfClass;
  id: number;
  name: string;
}

type Rule = readonly [OcsfClass, string | undefined];

const authentication = (activity?: keyof typeof AUTHENTICATION.activities): Rule => [AUTHENTICATION, activity];
const entity = (activity?: keyof typeof ENTITY_MANAGEMENT.activities): Rule => [ENTITY_MANAGEMENT, activity];
const api = (activity?: keyof typeof API_ACTIVITY.activities): Rule => [API_ACTIVITY, activity];

/** Each action that events are recorded under; without an activity it is OCSF's Other. This is the place to add one. */
export const ACTIONS: Readonly<Record<string, Rule>> = {
  "alert.raised": api("Create"),
  "api-key.create": entity("Create"),
  "api-key.revoke": entity("Disable"),
  "audit.export": api("Read"),
  "audit.hold": api("Create"),
  "audit.lift-hold": api("Delete"),
  "audit.read": api("Read"),
  "audit.retire": api("Delete"),
  "audit.verification-failed": api("Read"),
  "impersonation.read": api("Read"),
  "auth.change-password": entity("Update"),
  "auth.client-credentials": authentication("Logon"),
  "auth.confirm-email-change": entity("Update"),
  "auth.exchange-code": authentication("Logon"),
  "auth.external-login": authentication("Logon"),
  "auth.login": authentication("Logon"),
  "auth.logout": authentication("Logoff"),
  "auth.logout-everywhere": authentication("Logoff"),
  "auth.refresh": authentication(),
  "auth.register": entity("Create"),
  "auth.request-email-change": api(),
  "auth.request-email-verification": api(),
  "auth.request-password-reset": api(),
  "auth.reset-password": entity("Update"),
  "auth.revoke-token": authentication("Logoff"),
  "auth.verify-email": entity("Update"),
  "entity-type.define": entity("Create"),
  "entity.create": entity("Create"),
  "entity.delete": entity("Delete"),
  "entity.restore": entity(),
  "entity.update": entity("Update"),
  "recovery-codes.regenerate": api("Create"),
  "role.assign": entity("Update"),
  "role.create": entity("Create"),
  "role.delete": entity("Delete"),
  "role.unassign": entity("Update"),
  "role.update": entity("Update"),
  "service-account.create": entity("Create"),
  "service-account.disable": entity("Disable"),
  "service-account.rotate-secret": entity("Update"),
  "session.revoke": entity("Delete"),
  "signing-key.activate": entity("Activate"),
  "signing-key.retire": entity("Deactivate"),
  "signing-key.revoke": entity("Disable"),
  "signing-key.rotate": entity("Create"),
  "tokens.introspect": api("Read"),
  "totp.confirm-enrollment": api("Update"),
  "totp.disable": api("Delete"),
  "totp.start-enrollment": api("Create"),
  "user.create": entity("Create"),
  "user.delete": entity("Delete"),
  "user.erase": entity("Delete"),
  "user.export": entity("Read"),
  "user.impersonate": authentication("Account Switch"),
  "user.reactivate": entity("Resume"),
  "user.suspend": entity("Suspend"),
  "user.update": entity("Update"),
};

/** Of an action that is not above, by its last word: refused reads are recorded under a permission's or field's name. */
const BY_VERB: Readonly<Record<string, Rule>> = {
  create: api("Create"),
  read: api("Read"),
  export: api("Read"),
  verify: api("Read"),
  update: api("Update"),
  delete: api("Delete"),
};
const OTHER = 99;

/** Never fails: an event that names no entity can't be of Entity Management, and all that is in doubt is API Activity. */
export function ocsfActivityOf({ action, entity_id }: Pick<ExportedEvent, "action" | "entity_id">): OcsfActivity {
  const verb = action.slice(action.lastIndexOf(".") + 1);
  const [known, activity] = ruleOf(ACTIONS, action) ?? ruleOf(BY_VERB, verb) ?? api();
  const ofClass = known === ENTITY_MANAGEMENT && entity_id === null ? API_ACTIVITY : known;
  const id = activity === undefined ? undefined : (ofClass.activities as OcsfClass["activities"])[activity];
  return id === undefined || activity === undefined
    ? { class: ofClass, id: OTHER, name: verb }
    : { class: ofClass, id, name: activity };
}

function ruleOf(rules: Readonly<Record<string, Rule>>, name: string): Rule | undefined {
  return Object.hasOwn(rules, name) ? rules[name] : undefined;
}
