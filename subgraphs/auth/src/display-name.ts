import { invalidInput } from "@supergraph/errors";

/** What nobody sees, or what turns the text around it: by these two names could look the same. */
const UNSEEN = /[\p{Cc}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}\u200B\u200E\u200F\u202A-\u202E\u2060-\u2069\uFEFF]/u;

/**
 * A name that people tell things apart by, in NFC (Unicode UAX 15), so that what looks the same is the same.
 * @throws SystemError INVALID_INPUT for characters that are not seen, and spaces around it
 */
export function displayName(text: string, path: string): string {
  if (UNSEEN.test(text)) throw invalidInput({ path, message: "must not contain control or invisible characters" });
  if (text.trim() !== text) throw invalidInput({ path, message: "must not begin or end with a space" });
  return text.normalize("NFC");
}
