import { canonicalEmail } from "@supergraph/identity";

/**
 * What counts as one account: an e-mail address in whichever spelling, as it is looked up. Else each spelling would be
 * counted for itself where there is no account, and told apart from one that there is.
 */
export const accountOf = (email: string): string => canonicalEmail(email) ?? email.toLowerCase();
