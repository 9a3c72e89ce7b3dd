import { ValidateBy } from "class-validator";

/** Line breaks and what else a terminal obeys, and halves of characters. */
const NOT_WRITTEN = /[\p{Cc}\p{Cs}]/u;
const SEEN = /[^\s\p{C}]/u;

/** Of a person's name: anything that can be read, in any script, with emoji if they like. */
export const IsWrittenName = (): PropertyDecorator =>
  ValidateBy({
    name: "isWrittenName",
    validator: {
      validate: (value) => typeof value === "string" && SEEN.test(value) && !NOT_WRITTEN.test(value),
      defaultMessage: () => "must have characters that are seen, and no control characters",
    },
  });
