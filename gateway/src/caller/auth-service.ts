import { SystemError } from "@supergraph/errors";
import type { AccessTokenVerifier } from "@supergraph/identity";
import { serviceIdentity, type ServiceCaller, type ServiceRequest, type ServiceResponse } from "@supergraph/service";
import { z } from "zod";
import type { Holder } from "./credential-cache.js";
import type { UsedCredentials } from "./credential-use.js";

const claims = z.object({
  sub: z.string(),
  sid: z.string().exactOptional(),
  email: z.string().exactOptional(),
  roles: z.array(z.string()),
  permissions: z.array(z.string()),
  client: z.enum(["user", "api_key", "service"]),
  keyId: z.string().exactOptional(),
  act: z.object({ sub: z.string() }).exactOptional(),
  authTime: z.number().exactOptional(),
  amr: z.array(z.string()).exactOptional(),
});

const holder = claims
  .extend({ expiresAt: z.iso.datetime().nullable() })
  .transform(({ expiresAt, ...claims }): Holder => ({
    claims,
    ...(expiresAt !== null && { expiresAt: Date.parse(expiresAt) }),
  }));

type SigningKeys = Awaited<ReturnType<ConstructorParameters<typeof AccessTokenVerifier>[0]>>;

/** What the gateway asks auth for. Each throws SystemError SERVICE_OUT_OF_REACH or TOOK_TOO_LONG. */
export class AuthService {
  constructor(private readonly call: ServiceCaller) {}

  /** The public signing keys as auth serves them (RFC 7517). */
  jwks(): Promise<ServiceResponse> {
    return this.#get("/.well-known/jwks.json");
  }

  async signingKeys(): Promise<SigningKeys> {
    return JSON.parse((await this.jwks()).body) as SigningKeys;
  }

  /** Whom a session belongs to; undefined when it has ended. */
  async holderOfSession(sessionId: string): Promise<Holder | undefined> {
    return holderIn(await this.#get(`/internal/sessions/${encodeURIComponent(sessionId)}`, 404));
  }

  /** Whose key it is, by its hash: the key itself goes nowhere. Undefined when it is unknown, revoked or expired. */
  async holderOfApiKey(secretHash: string): Promise<Holder | undefined> {
    return holderIn(await this.#post("/internal/api-keys/claims", { secretHash }, 200, 404));
  }

  async reportUse(used: UsedCredentials): Promise<void> {
    await this.#post("/internal/credential-use", used, 204);
  }

  #get(path: string, alsoGood?: number): Promise<ServiceResponse> {
    return this.#ask({ method: "GET", path }, 200, alsoGood);
  }

  #post(path: string, body: object, good: number, alsoGood?: number): Promise<ServiceResponse> {
    return this.#ask({ method: "POST", path, body: JSON.stringify(body) }, good, alsoGood);
  }

  async #ask(request: ServiceRequest, good: number, alsoGood?: number): Promise<ServiceResponse> {
    const response = await this.call("auth", serviceIdentity("gateway"), { ...request, timeoutMs: 5_000 });
    if (response.status === good || response.status === alsoGood) return response;
    const cause = new Error(`auth answered ${response.status} to ${request.path}`);
    throw new SystemError("SERVICE_OUT_OF_REACH", { cause });
  }
}

function holderIn({ status, body }: ServiceResponse): Holder | undefined {
  return status === 404 ? undefined : holder.parse(JSON.parse(body));
}
