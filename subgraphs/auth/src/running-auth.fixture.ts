import { signForwardedIdentity, type Claims } from "@supergraph/identity";
import { Database } from "@supergraph/persistence";
import { createLog, readSettings, serviceIdentity, type ServiceCaller } from "@supergraph/service";
import { disposableDatabase } from "@supergraph/testing";
import { authService } from "./service.js";

const GATEWAY_SECRET = "s".repeat(32);
const secret = new TextEncoder().encode(GATEWAY_SECRET);

export interface OutboxLetter {
  to: string;
  subject: string;
  text: string;
  links: string[];
  sentAt: string;
}

export interface AuthAnswer {
  data: Record<string, unknown> | null;
  errors?: { message: string; extensions: { code: string; reason: string } }[];
}

/** The auth service on a database of its own, as the gateway would call it. `call` stands for the other services. */
export async function runningAuth(call: ServiceCaller, environment: Record<string, string> = {}) {
  const disposable = await disposableDatabase();
  const owner = new Database({ url: disposable.ownerUrl, schema: "auth" });
  const settings = readSettings(authService.settings, {
    DATABASE_URL: disposable.url("auth"),
    GATEWAY_SECRET,
    AUTH_KEY_ENCRYPTION_KEY: Buffer.alloc(32, 7).toString("base64"),
    ...environment,
  });
  const auth = await authService.create({ settings, log: createLog("auth", "silent"), call });
  await auth.start?.();
  const claimed = async (claims: Claims | undefined) =>
    claims && { "x-claims": await signForwardedIdentity({ caller: claims, request: {} }, "auth", secret) };
  return {
    app: auth.app,
    owner,
    /** Sends an operation, as nobody or as whom the claims name. */
    send: async (query: string, variables: object = {}, claims?: Claims): Promise<AuthAnswer> => {
      const headers = await claimed(claims);
      const payload = { query, variables };
      return (await auth.app.inject({ method: "POST", url: "/graphql", payload, ...(headers && { headers }) })).json();
    },
    /** Mails to an address, newest first. */
    mailsTo: async (address: string): Promise<OutboxLetter[]> => {
      const headers = (await claimed(serviceIdentity("gateway").caller)) ?? {};
      const letters = (await auth.app.inject({ url: "/internal/mail-outbox", headers })).json<OutboxLetter[]>();
      return letters.filter(({ to }) => to === address);
    },
    stop: async () => {
      await auth.app.close();
      await auth.stop?.();
      await owner.close();
      await disposable.drop();
    },
  };
}
