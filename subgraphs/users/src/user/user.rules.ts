import { ValidateBy } from "class-validator";

const SETTINGS_BYTES = 16 * 1024;

function rule(name: string, holds: (value: unknown) => boolean, message: string): PropertyDecorator {
  return ValidateBy({ name, validator: { validate: holds, defaultMessage: () => message } });
}

function accepts(attempt: () => unknown): boolean {
  try {
    attempt();
    return true;
  } catch {
    return false;
  }
}

export const IsTimeZone = () =>
  rule(
    "isTimeZone",
    (value) => typeof value === "string" && accepts(() => new Intl.DateTimeFormat("en", { timeZone: value })),
    "must be a name of the IANA time zone database, like Europe/Berlin",
  );

export const IsLocale = () =>
  rule(
    "isLocale",
    (value) => typeof value === "string" && value !== "" && accepts(() => Intl.getCanonicalLocales(value)),
    "must be a language tag (BCP 47), like en-GB",
  );

export const IsSmallJson = () =>
  rule(
    "isSmallJson",
    (value) => Buffer.byteLength(JSON.stringify(value)) <= SETTINGS_BYTES,
    `must be at most ${SETTINGS_BYTES} bytes of JSON`,
  );
