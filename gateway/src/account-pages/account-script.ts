/**
 * Runs in the browser, on each of the account pages. The token leaves the address bar at once, and so the history; it
 * is sent when the person presses the button.
 */
export const script = `
const form = document.querySelector("form");
const button = form.querySelector("button");
const password = document.getElementById("password");
const said = document.getElementById("said");
const token = new URLSearchParams(location.search).get("token");
history.replaceState(null, "", location.pathname);

function say(text) {
  said.textContent = text;
  said.focus();
}

if (!token) {
  form.hidden = true;
  say("The link is not complete. Open it again as it stands in the mail.");
}

document.getElementById("show")?.addEventListener("change", (event) => {
  password.type = event.target.checked ? "text" : "password";
});

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  button.disabled = true;
  said.textContent = "";
  try {
    const variables = password ? { token, newPassword: password.value } : { token };
    const response = await fetch("/graphql", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ query: form.dataset.query, variables }),
    });
    const { errors } = await response.json();
    if (!errors) {
      form.hidden = true;
      say(form.dataset.done);
      return;
    }
    const [{ message, extensions }] = errors;
    const fault = extensions?.fields?.[0]?.message;
    say(fault ? "The password " + fault + "." : message);
  } catch {
    say("That did not work. Try again.");
  }
  button.disabled = false;
});
`;
