import { SystemError } from "@supergraph/errors";

/** RFC 6750 section 2.1: the scheme, which is case-insensitive, and a b64token. */
const BEARER = /^bearer +([\w~+/.-]+=*)$/i;

/**
 * The token of an Authorization header; undefined without the header.
 * @throws SystemError TOKEN_INVALID when the header is there and holds no bearer token
 */
export function bearerToken(authorization: string | undefined): string | undefined {
  if (authorization === undefined) return undefined;
  const [, token] = BEARER.exec(authorization) ?? [];
  if (token === undefined) {
    throw new SystemError("TOKEN_INVALID", { message: "The Authorization header must be: Bearer <access token>." });
  }
  return token;
}
