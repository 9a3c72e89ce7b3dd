/** What kind of credential the caller presented. */
export type ClientKind = "user" | "api_key" | "service";

/** A person, key or service that has proved who it is. */
export interface Claims {
  /** The user's id, the service account's, or the name of one of our own services. */
  sub: string;
  /** The session's id; our own services have none. */
  sid?: string;
  email?: string;
  roles: readonly string[];
  permissions: readonly string[];
  client: ClientKind;
  /** The API key's id, when the caller presented one. */
  keyId?: string;
  /** Who impersonates `sub` (RFC 8693 section 4.1). */
  act?: { sub: string };
  /** When the session began, in seconds since 1970: refreshing does not move it (RFC 9068 section 2.2.1). */
  authTime?: number;
  /** How the person proved it (RFC 8176). */
  amr?: readonly string[];
}

/** Facts of the client's request that auditors want; signed, because a client could forge a header. */
export interface RequestFacts {
  ip?: string;
  userAgent?: string;
  operationName?: string;
}

/** What `x-claims` carries: who calls (undefined: nobody) and from where. */
export interface ForwardedIdentity {
  caller: Claims | undefined;
  request: RequestFacts;
}
