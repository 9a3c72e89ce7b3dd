import { SystemError } from "@supergraph/errors";
import type { AccessTokenVerifier, Claims } from "@supergraph/identity";
import { serviceIdentity, type ServiceCaller, type ServiceResponse } from "@supergraph/service";
import { z } from "zod";

const claims = z.object({
  sub: z.string(),
  sid: z.string().exactOptional(),
  email: z.string().exactOptional(),
  roles: z.array(z.string()),
  permissions: z.array(z.string()),
  client: z.enum(["user", "api_key", "service"]),
  keyId: z.string().exactOptional(),
  act: z.object({ sub: z.string() }).exactOptional(),
  amr: z.array(z.string()).exactOptional(),
});

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
  async claimsOf(sessionId: string): Promise<Claims | undefined> {
    const { status, body } = await this.#get(`/internal/sessions/${encodeURIComponent(sessionId)}`, 404);
    return status === 404 ? undefined : claims.parse(JSON.parse(body));
  }

  async #get(path: string, alsoGood?: number): Promise<ServiceResponse> {
    const response = await this.call("auth", serviceIdentity("gateway"), { method: "GET", path, timeoutMs: 5_000 });
    if (response.status === 200 || response.status === alsoGood) return response;
    throw new SystemError("SERVICE_OUT_OF_REACH", { cause: new Error(`auth answered ${response.status} to ${path}`) });
  }
}
