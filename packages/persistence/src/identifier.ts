import { v7, validate } from "uuid";

/** A new id: UUIDv7 (RFC 9562 section 5.7), so that ids sort by time of birth and index well. */
export function newId(): string {
  return v7();
}

/** Whether PostgreSQL's uuid would take it; an id that isn't one belongs to nothing. */
export function isId(value: string): boolean {
  return validate(value);
}
