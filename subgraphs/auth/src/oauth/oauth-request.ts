import { SystemError } from "@supergraph/errors";
import type { ForwardedIdentity } from "@supergraph/identity";

/** What a client shows to prove which one it is (RFC 6749 section 2.3.1). */
export interface ClientCredentials {
  id: string;
  secret: string;
}

/** A request to one of the endpoints that clients call themselves. */
export interface OAuthRequest {
  form: OAuthForm;
  /** Undefined: the client is public, or has not said which one it is. */
  credentials: ClientCredentials | undefined;
  identity: ForwardedIdentity;
}

const BASIC = /^basic +([A-Za-z0-9+/]+=*)$/i;

/** The parameters of a form: each once, and one without a value is as good as none (RFC 6749 section 3.2). */
export class OAuthForm {
  readonly #values: ReadonlyMap<string, string>;

  /** @throws SystemError OAUTH_REQUEST_INVALID when the body is no form, or names a parameter twice */
  constructor(body: unknown) {
    const given =
      typeof body === "object" && body !== null ? Object.entries(body as Record<string, unknown>) : undefined;
    if (!given) throw malformed("The body must be application/x-www-form-urlencoded.");
    this.#values = new Map(
      given.flatMap(([name, value]) => {
        if (typeof value !== "string") throw malformed(`The parameter ${name} must not be repeated.`);
        return value === "" ? [] : [[name, value]];
      }),
    );
  }

  get(name: string): string | undefined {
    return this.#values.get(name);
  }

  /** @throws SystemError OAUTH_REQUEST_INVALID that names the parameter when it is missing */
  require(name: string): string {
    const value = this.#values.get(name);
    if (value === undefined) throw malformed(`The parameter ${name} is missing.`);
    return value;
  }
}

/**
 * The client's id and secret: by the scheme Basic, or in the form, never both ways.
 * @throws SystemError OAUTH_REQUEST_INVALID, or CLIENT_INVALID for an Authorization header of another scheme
 */
export function credentialsOf(authorization: string | undefined, form: OAuthForm): ClientCredentials | undefined {
  const id = form.get("client_id");
  const secret = form.get("client_secret");
  if (authorization === undefined) {
    if (secret !== undefined && id === undefined) throw malformed("The parameter client_id is missing.");
    return secret === undefined || id === undefined ? undefined : { id, secret };
  }
  if (secret !== undefined) throw malformed("The client must authenticate in one way, not in two.");
  const basic = basicCredentials(authorization);
  if (id !== undefined && id !== basic.id) throw malformed("The client_id is not the one that authenticates.");
  return basic;
}

function basicCredentials(authorization: string): ClientCredentials {
  const [, encoded] = BASIC.exec(authorization) ?? [];
  const text = Buffer.from(encoded ?? "", "base64").toString();
  const colon = text.indexOf(":");
  if (colon < 0) throw new SystemError("CLIENT_INVALID");
  return { id: formDecoded(text.slice(0, colon)), secret: formDecoded(text.slice(colon + 1)) };
}

/** Id and secret are form-encoded before they are put into the header. */
function formDecoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch (cause) {
    throw new SystemError("CLIENT_INVALID", { cause });
  }
}

function malformed(message: string): SystemError {
  return new SystemError("OAUTH_REQUEST_INVALID", { message });
}
