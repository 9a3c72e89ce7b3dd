interface Page {
  url: URL;
  status: number;
  text: string;
}

/** As much of a browser as signing in takes: cookies, redirects and forms. It stops before what begins with `stopsAt`. */
export class Browser {
  readonly #cookies = new Map<string, string>();

  constructor(public stopsAt: string) {}

  async open(address: string | URL, form?: Record<string, string>): Promise<Page> {
    let url = new URL(address);
    let body = form && new URLSearchParams(form);
    for (let hops = 0; hops < 20; hops++) {
      if (url.href.startsWith(this.stopsAt)) return { url, status: 0, text: "" };
      const response = await fetch(url, {
        redirect: "manual",
        headers: { cookie: this.#cookiesFor(url) },
        ...(body && { method: "POST", body }),
      });
      this.#keep(url, response.headers.getSetCookie());
      const location = response.headers.get("location");
      if (location === null) return { url, status: response.status, text: await response.text() };
      url = new URL(location, url);
      body = undefined;
    }
    throw new Error(`Redirected in circles at ${url.href}`);
  }

  /** Signs in at the provider, and consents, from the page where it asks who one is; ends where that leads. */
  async passProvider(page: Page, login: string): Promise<Page> {
    const consent = await this.open(new URL(actionOf(page), page.url), { prompt: "login", login, password: "any" });
    if (consent.status !== 200) return consent;
    return this.open(new URL(actionOf(consent), consent.url), { prompt: "consent" });
  }

  /** Cookies are by host: ports don't tell them apart (RFC 6265 section 8.5). */
  #cookiesFor({ pathname }: URL): string {
    return [...this.#cookies]
      .filter(([key]) => pathname.startsWith(key.slice(0, key.indexOf(" "))))
      .map(([key, value]) => `${key.slice(key.indexOf(" ") + 1)}=${value}`)
      .join("; ");
  }

  #keep(url: URL, setCookies: string[]): void {
    for (const cookie of setCookies) {
      const [pair = "", ...attributes] = cookie.split(/; */);
      const path = attributes.find((attribute) => /^path=/i.test(attribute))?.slice("path=".length) ?? url.pathname;
      this.#cookies.set(`${path} ${pair.slice(0, pair.indexOf("="))}`, pair.slice(pair.indexOf("=") + 1));
    }
  }
}

function actionOf({ text, url }: Page): string {
  const [, action] = /<form[^>]* action="([^"]+)"/.exec(text) ?? [];
  if (action === undefined) throw new Error(`No form at ${url.href}:\n${text.slice(0, 500)}`);
  return action;
}
