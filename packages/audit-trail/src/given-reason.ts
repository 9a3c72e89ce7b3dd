import { invalidInput } from "@supergraph/errors";

const MAXIMUM_REASON = 500;

/** What the caller gives as the reason, as the log keeps it. @throws SystemError INVALID_INPUT */
export function givenReason(reason: string): string {
  const text = reason.trim();
  if (text === "" || text.length > MAXIMUM_REASON)
    throw invalidInput({ path: "reason", message: `must be 1 to ${MAXIMUM_REASON} characters` });
  if (text.includes("\0")) throw invalidInput({ path: "reason", message: "must not hold the character U+0000" });
  return text;
}
