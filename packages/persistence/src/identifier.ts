import { v7, validate, version } from "uuid";

/** A new id: UUIDv7 (RFC 9562 section 5.7), so that ids sort by time of birth and index well. */
export function newId(): string {
  return v7();
}

/** Whether PostgreSQL's uuid would take it; an id that isn't one belongs to nothing. */
export function isId(value: string): boolean {
  return validate(value);
}

/** The moment that an id was made, when it says so: UUIDv7's first 48 bits, milliseconds (RFC 9562 section 5.7). */
export function birthOf(id: string): Date | undefined {
  return validate(id) && version(id) === 7 ? new Date(parseInt(id.replace("-", "").slice(0, 12), 16)) : undefined;
}
