import { escaped } from "../landing/html.js";
import type { Page } from "../landing/page.js";
import { selfContainedPage } from "../landing/self-contained-page.js";
import { style } from "../landing/style.js";
import { script } from "./account-script.js";

interface AccountPage {
  title: string;
  lead: string;
  button: string;
  /** Said once it is done. */
  done: string;
  query: string;
  takesPassword: boolean;
}

const byToken = (mutation: string) => `mutation ($token: String!) { ${mutation}(token: $token) }`;
const resetPassword =
  "mutation ($token: String!, $newPassword: String!) { resetPassword(token: $token, newPassword: $newPassword) }";

/** The pages that mails lead to. */
export const accountPages: readonly (AccountPage & { path: string })[] = [
  {
    path: "verify-email",
    title: "Verify your e-mail address",
    lead: "Say that the address which you have this link from is yours.",
    button: "Verify",
    done: "Your e-mail address is verified.",
    query: byToken("verifyEmail"),
    takesPassword: false,
  },
  {
    path: "confirm-email-change",
    title: "Confirm your new e-mail address",
    lead: "The address which you have this link from becomes your account's. You will sign in with it.",
    button: "Confirm",
    done: "Your account has the new e-mail address.",
    query: byToken("confirmEmailChange"),
    takesPassword: false,
  },
  {
    path: "reset-password",
    title: "Set a new password",
    lead: "You will be signed out everywhere, and sign in with the new password.",
    button: "Set the password",
    done: "Your new password is set. Sign in with it.",
    query: resetPassword,
    takesPassword: true,
  },
  {
    path: "set-password",
    title: "Set your password",
    lead: "An account was made for you. Choose the password that you will sign in with.",
    button: "Set the password",
    done: "Your password is set. Sign in with it.",
    query: resetPassword,
    takesPassword: true,
  },
];

const pageStyle = `${style}
form { display: grid; gap: 0.75rem; justify-items: start; max-width: 26rem; margin: 2rem 0 1rem; }
label { font-weight: 600; }
label.choice { font-weight: 400; }
input:not([type="checkbox"]) { font: inherit; width: 100%; padding: 0.6rem 0.75rem; color: inherit; background: var(--panel); border: 1px solid var(--faint); border-radius: 8px; }
form button { padding: 0.7rem 1.25rem; font-size: 1rem; font-weight: 600; background: var(--accent); color: var(--on-accent); }
form button:disabled { opacity: 0.6; cursor: default; }
.hint { margin: 0; color: var(--faint); font-size: 0.9rem; }
#said { font-weight: 600; }
`;

const passwordField = `<label for="password">New password</label>
<input id="password" type="password" autocomplete="new-password" required aria-describedby="hint said">
<p class="hint" id="hint">12 to 72 bytes: at least 12 letters or digits. A few words that nobody would guess do well.</p>
<label class="choice"><input type="checkbox" id="show"> Show it</label>`;

/** A page with one button: who only opens the link, as mail scanners do, uses nothing up. */
export function accountPage({ title, lead, button, done, query, takesPassword }: AccountPage): Page {
  const body = `<main>
<h1>${escaped(title)}</h1>
<p class="lead">${escaped(lead)}</p>
<form data-query="${escaped(query)}" data-done="${escaped(done)}">
${takesPassword ? passwordField : ""}
<button>${escaped(button)}</button>
</form>
<p id="said" role="status" tabindex="-1"></p>
<noscript><p>This page needs JavaScript.</p></noscript>
</main>`;
  return selfContainedPage({ title, style: pageStyle, body, script, mayCall: true, isHidden: true });
}
