import {
  ACCESS_TOKEN_SECONDS,
  meet,
  signAccessToken,
  type Claims,
  type RequestFacts,
  type TokenParties,
} from "@supergraph/identity";
import { newId } from "@supergraph/persistence";
import type { Impersonators } from "../impersonation/impersonators.js";
import type { RoleRepository } from "../role/role.repository.js";
import type { KeyRing } from "../signing-key/key-ring.js";
import { hashOfToken, type RefreshTokens } from "./refresh-token.js";
import type { RefreshTokenRepository } from "./refresh-token.repository.js";
import type { SessionRepository, SessionRow } from "./session.repository.js";
import type { AuthPayload, Session } from "./session.type.js";

export const SESSION_SECONDS = 30 * 24 * 60 * 60;
/** However often it is refreshed, a session ends this long after the sign-in (ASVS 5.0, 7.3.2). */
export const LONGEST_SESSION_SECONDS = 180 * 24 * 60 * 60;

/** How a session begins; a password and 30 days unless told. */
export interface SessionOrigin {
  /** How the person proved who they are (RFC 8176). */
  amr?: string[];
  impersonatorId?: string | null;
  /** Its lifetime. */
  seconds?: number;
}

/** Whose a session is, and when it ends by itself. */
export interface Bearer {
  claims: Claims;
  expiresAt: Date;
}

/** Opens sessions, and says who a session's holder is and what they may do. */
export class SessionIssuer {
  constructor(
    private readonly sessions: SessionRepository,
    private readonly refreshTokens: RefreshTokenRepository,
    private readonly tokens: RefreshTokens,
    private readonly roles: RoleRepository,
    private readonly impersonators: Impersonators,
    private readonly keys: KeyRing,
    private readonly parties: TokenParties,
  ) {}

  /** A new session of the user, with the first refresh token of its family. */
  async open(
    userId: string,
    { ip, userAgent }: RequestFacts,
    { amr = ["pwd"], impersonatorId = null, seconds = SESSION_SECONDS }: SessionOrigin = {},
  ): Promise<AuthPayload> {
    const session = await this.sessions.insert(
      {
        id: newId(),
        user_id: userId,
        ip: ip ?? null,
        user_agent: userAgent?.slice(0, 512) ?? null,
        amr,
        impersonator_id: impersonatorId,
      },
      seconds,
    );
    const refreshToken = this.tokens.first();
    await this.refreshTokens.insert(
      { token_hash: hashOfToken(refreshToken), session_id: session.id, generation: 0 },
      seconds,
    );
    return this.payload(session, refreshToken);
  }

  async payload(session: SessionRow, refreshToken: string): Promise<AuthPayload> {
    // A token never outlives its session: what is only verified, and not looked up, can't be used any longer either.
    const seconds = Math.max(1, Math.min(ACCESS_TOKEN_SECONDS, secondsUntil(session.expires_at)));
    const accessToken = await signAccessToken(
      { userId: session.user_id, sessionId: session.id, seconds },
      this.parties,
      await this.keys.activeKey(),
    );
    return {
      tokens: { accessToken, refreshToken, tokenType: "Bearer", expiresIn: seconds },
      user: { id: session.user_id },
      session: sessionOf(session),
    };
  }

  /**
   * Undefined when the session has ended or its account is not active. In a session of somebody who impersonates, both
   * must hold what is permitted; and it is none any more when they may not impersonate any more.
   */
  async claimsOf(sessionId: string): Promise<Claims | undefined> {
    return (await this.bearerOf(sessionId))?.claims;
  }

  /** As `claimsOf`, with when the session ends by itself. */
  async bearerOf(sessionId: string): Promise<Bearer | undefined> {
    const holder = await this.sessions.findHolder(sessionId);
    if (!holder) return undefined;
    const roles = await this.roles.findByUsers([holder.user_id]);
    const held = [...new Set(roles.flatMap(({ permissions }) => permissions))];
    const impersonatorId = holder.impersonator_id;
    const bound = impersonatorId === null ? ["*"] : await this.impersonators.permissionsOf(impersonatorId);
    if (!bound) return undefined;
    const claims: Claims = {
      sub: holder.user_id,
      sid: sessionId,
      email: holder.email,
      roles: roles.map(({ name }) => name),
      permissions: meet(held, bound),
      client: "user",
      authTime: Math.floor(holder.created_at.getTime() / 1_000),
      amr: holder.amr,
      ...(impersonatorId !== null && { act: { sub: impersonatorId } }),
    };
    return { claims, expiresAt: holder.expires_at };
  }
}

function secondsUntil(time: Date): number {
  return Math.floor((time.getTime() - Date.now()) / 1_000);
}

export function sessionOf(row: SessionRow): Session {
  return {
    id: row.id,
    user: { id: row.user_id },
    createdAt: row.created_at,
    lastSeenAt: row.last_seen_at,
    expiresAt: row.expires_at,
    ip: row.ip,
    userAgent: row.user_agent,
    impersonator: row.impersonator_id === null ? null : { id: row.impersonator_id },
  };
}
