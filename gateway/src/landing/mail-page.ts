import { escaped } from "./html.js";
import type { Page } from "./page.js";
import { selfContainedPage } from "./self-contained-page.js";
import { style } from "./style.js";

/** A mail that auth did not send anywhere. */
export interface SentLetter {
  to: string;
  subject: string;
  text: string;
  links: string[];
  /** RFC 3339, UTC. */
  sentAt: string;
}

const mailStyle = `${style}
pre { white-space: pre-wrap; overflow-wrap: anywhere; }
.steps h2 { font-size: 1.05rem; margin: 0; }
.steps p { margin: 0; padding: 0.7rem 1rem; }
`;

/** The mails that development keeps, newest first; undefined: mails go out by SMTP. */
export function mailPage(letters: readonly SentLetter[] | undefined): Page {
  const body = `<main>
<h1>Mail</h1>
${letters ? listed(letters) : "<p>Mails go out by SMTP here: none are kept.</p>"}
<p><a href="/">Back to the endpoint</a></p>
</main>`;
  return selfContainedPage({ title: "Mail", style: mailStyle, body });
}

function listed(letters: readonly SentLetter[]): string {
  const lead = `<p class="lead">In development mails go nowhere. These are the last ones, newest first.</p>`;
  if (letters.length === 0) return `${lead}<p>There are none yet.</p>`;
  return `${lead}<ul class="steps" role="list">${letters.map(letter).join("\n")}</ul>`;
}

function letter({ to, subject, text, links, sentAt }: SentLetter): string {
  const opened = links.map((link) => `<p><a href="${escaped(link)}">Open the link of this mail</a></p>`);
  return `<li><header><h2>${escaped(subject)}</h2><span class="as">to ${escaped(to)}</span>
<time datetime="${escaped(sentAt)}">${escaped(sentAt)}</time></header>
${opened.join("")}<pre tabindex="0">${escaped(text)}</pre></li>`;
}
