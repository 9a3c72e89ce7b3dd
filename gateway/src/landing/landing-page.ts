import type { ExampleOperation } from "./example-operations.js";
import { escaped } from "./html.js";
import type { Page } from "./page.js";
import { selfContainedPage } from "./self-contained-page.js";
import { style } from "./style.js";

/** Copies the text beside a button; without it the buttons stay hidden, and the text can be selected. */
const script = `
const said = document.getElementById("said");
for (const button of document.querySelectorAll("button[data-copies]")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    const text = document.getElementById(button.dataset.copies).textContent;
    try {
      await navigator.clipboard.writeText(text);
      button.textContent = "Copied";
      said.textContent = button.getAttribute("aria-label") + ": copied";
    } catch {
      button.textContent = "Select and copy";
    }
    setTimeout(() => { button.textContent = "Copy"; }, 2000);
  });
}
`;

/** What a browser finds at the endpoint's root: what this is, and ways to begin. */
export function landingPage(operations: readonly ExampleOperation[], hasMailPage: boolean): Page {
  const mail = `<dt>Mail</dt><dd><a href="/dev/mail"><code>/dev/mail</code></a> in development, mails are kept here</dd>`;
  const body = `<main>
<h1>One GraphQL endpoint</h1>
<p class="lead">This is a gateway: it answers an operation from every subgraph that has a part in it, as if they were one.</p>
<ul class="ways">
<li><a class="first" href="/sandbox">Open Apollo Sandbox</a></li>
<li><a href="/graphiql">Open GraphiQL</a></li>
</ul>
<p class="note">Sandbox is loaded from Apollo; GraphiQL comes from here and works offline.</p>
<dl>
<dt>Endpoint</dt><dd><code>/graphql</code> (POST, and GET for queries)</dd>
<dt>Health</dt><dd><a href="/health/ready"><code>/health/ready</code></a> <a href="/health/live"><code>/health/live</code></a></dd>
${hasMailPage ? mail : ""}
</dl>
${operations.length > 0 ? walk(operations) : ""}
</main>
<div id="said" role="status" hidden></div>`;
  return selfContainedPage({ title: "Supergraph", style, body, script });
}

function walk(operations: readonly ExampleOperation[]): string {
  return `<h2>Who you are</h2>
<p>Send the access token of <code>register</code> or <code>login</code> as a header. In Sandbox and GraphiQL it goes under Headers. An API key of <code>createApiKey</code> goes there as well.
In development the terminal shows an administrator&rsquo;s sign-in.</p>
<ol class="steps" role="list"><li>${copyable("header", "A header", '{ "Authorization": "Bearer <accessToken>" }')}</li></ol>
<h2>A walk through it</h2>
<p>Operations to run in their order, each pasted as it is. GraphiQL opens with all of them.</p>
<ol class="steps">
${operations.map(step).join("\n")}
</ol>`;
}

function step({ title, as, query }: ExampleOperation, index: number): string {
  return `<li>${copyable(`operation-${index}`, title, query, `as ${as}`, "h3")}</li>`;
}

function copyable(id: string, title: string, text: string, as = "", heading = "span"): string {
  return `<header><${heading}>${escaped(title)}</${heading}><span class="as">${escaped(as)}</span>
<button type="button" data-copies="${id}" aria-label="Copy ${escaped(title)}" hidden>Copy</button></header>
<pre tabindex="0"><code id="${id}">${escaped(text)}</code></pre>`;
}
