import { serviceSettings } from "@supergraph/service";
import { z } from "zod";

const list = (separated: string) => separated.split(",").map((item) => item.trim());

const settings = serviceSettings.extend({
  PORT: z.coerce.number().int().min(0).max(65_535).default(4000),
  GATEWAY_SECRET: serviceSettings.shape.GATEWAY_SECRET.optional(),
  ACCESS_TOKEN_ISSUER: z.string().default("http://localhost:4000"),
  ACCESS_TOKEN_AUDIENCE: z.string().default("supergraph"),
  /** A file: the gateway alone, over any Federation 2 supergraph. */
  SUPERGRAPH: z.string().optional(),
  /** Addresses and networks of proxies whose X-Forwarded-For is believed; none unless set. */
  TRUST_PROXY: z.string().transform(list).optional(),
  /** Origins of web pages that may call; unset in development: Apollo Studio's and localhost's. */
  CORS_ORIGINS: z.string().transform(list).optional(),
});

/** With `SUPERGRAPH` nothing of ours is behind the gateway, and nobody needs to know its secret. */
export const gatewaySettings = settings
  .refine(({ GATEWAY_SECRET, SUPERGRAPH }) => GATEWAY_SECRET !== undefined || SUPERGRAPH !== undefined, {
    path: ["GATEWAY_SECRET"],
    error: "required, unless SUPERGRAPH names a supergraph of others",
    when: () => true,
  })
  .transform(({ GATEWAY_SECRET, ...others }) => ({
    ...others,
    GATEWAY_SECRET: GATEWAY_SECRET ?? crypto.getRandomValues(new Uint8Array(32)),
  }));

export type GatewaySettings = z.output<typeof gatewaySettings>;
