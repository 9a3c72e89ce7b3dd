const AUTHENTICATION = ["client_secret_basic", "client_secret_post"];

/** What a client needs to know to use the endpoints (RFC 8414); `grants` are the token endpoint's. */
export function serverMetadata(issuer: string, grants: readonly string[]) {
  const at = (path: string) => `${issuer.replace(/\/$/, "")}${path}`;
  const isSignInOpen = grants.includes("authorization_code");
  return {
    issuer,
    token_endpoint: at("/oauth/token"),
    introspection_endpoint: at("/oauth/introspect"),
    revocation_endpoint: at("/oauth/revoke"),
    jwks_uri: at("/.well-known/jwks.json"),
    ...(isSignInOpen && {
      authorization_endpoint: at("/oauth/authorize"),
      authorization_response_iss_parameter_supported: true,
    }),
    response_types_supported: isSignInOpen ? ["code"] : [],
    grant_types_supported: grants,
    code_challenge_methods_supported: ["S256"],
    token_endpoint_auth_methods_supported: [...AUTHENTICATION, "none"],
    introspection_endpoint_auth_methods_supported: AUTHENTICATION,
    revocation_endpoint_auth_methods_supported: [...AUTHENTICATION, "none"],
  };
}
