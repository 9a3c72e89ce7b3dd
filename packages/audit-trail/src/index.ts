export { isDenial, type Attempt } from "./attempt.js";
export { AUDIT_ACTIONS } from "./actions.js";
export { changesBetween, EVENT_COLUMNS } from "./audit-event.js";
export type {
  ActorType,
  AuditActor,
  AuditChange,
  AuditDetails,
  AuditEvent,
  AuditOutcome,
  AuditTarget,
} from "./audit-event.js";
export { AuditTrail, EventNotStored } from "./audit-trail.js";
export { givenReason } from "./given-reason.js";
export {
  erasedForm,
  PARTIES,
  partiesOf,
  targetPersonOf,
  type Party,
  type PartyName,
  type PersonalValues,
} from "./parties.js";
