import type { AlertSubject, WatchedEvent } from "./alert-rule.js";

const person = (id: string): AlertSubject => ({ key: `User ${id}`, target: { type: "User", id } });

/** The event itself stands for what alerts must not name. */
const eventOf = ({ id }: WatchedEvent) => ({ type: "AuditEvent", id });

/** The account that somebody tried to sign in to, when there is one. */
export function accountOf({ user_id }: WatchedEvent): AlertSubject | undefined {
  return user_id === null ? undefined : person(user_id);
}

/** Where it came from. */
export function addressOf(event: WatchedEvent): AlertSubject | undefined {
  return event.address === null ? undefined : { key: `address ${event.address}`, target: eventOf(event) };
}

/** Who did it: a person, by whatever key or session; a program of somebody else's; or nobody known from one address. */
export function actorOf(event: WatchedEvent): AlertSubject | undefined {
  const { user_id, actor_type, actor_label: id } = event;
  if (user_id !== null) return person(user_id);
  if (actor_type === "service" && id !== null) {
    return { key: `ServiceAccount ${id}`, target: { type: "ServiceAccount", id } };
  }
  return addressOf(event);
}

/** The log as a whole. */
export function logOf(event: WatchedEvent): AlertSubject {
  return { key: "log", target: eventOf(event) };
}
