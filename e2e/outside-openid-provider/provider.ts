import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import Provider from "oidc-provider";

export const CLIENT = { id: "supergraph", secret: "what the provider gave us to authenticate with" };

/** By login at the provider: what it says of them. */
export const people = new Map<string, Record<string, string | boolean>>();

/** A certified OpenID provider on a port of its own, which says nothing before `answer` has told it who its client is. */
export async function outsideProvider() {
  let listener: RequestListener = (_, response) => {
    response.writeHead(503).end();
  };
  const server = createServer((request, response) => {
    listener(request, response);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const issuer = `http://localhost:${(server.address() as AddressInfo).port}`;
  return {
    issuer,
    answer: (callbackUrl: string) => {
      const provider = new Provider(issuer, {
        clients: [{ client_id: CLIENT.id, client_secret: CLIENT.secret, redirect_uris: [callbackUrl] }],
        claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["given_name", "family_name"] },
        findAccount: (_, accountId) => ({ accountId, claims: () => ({ sub: accountId, ...people.get(accountId) }) }),
        cookies: { keys: ["a key of the tests"] },
        pkce: { required: () => true },
      });
      const callback = provider.callback();
      listener = (request, response) => void callback(request, response);
    },
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
