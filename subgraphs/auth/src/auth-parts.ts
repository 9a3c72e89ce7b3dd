import { AuditTrail } from "@supergraph/audit-trail";
import { Intents, UndoableCreation } from "@supergraph/intent";
import { EncryptionAtRest, Database } from "@supergraph/persistence";
import type { ServiceDependencies } from "@supergraph/service";
import type { z } from "zod";
import { AccountRepository } from "./account/account.repository.js";
import { AccountService } from "./account/account.service.js";
import { EmailChange } from "./account/email-change.service.js";
import { EndOfAccess } from "./account/end-of-access.js";
import { passwords } from "./account/password.js";
import { PersonalData } from "./account/personal-data.js";
import { RegistrationService } from "./account/registration.service.js";
import { ApiKeyClaims } from "./api-key/api-key-claims.js";
import { ApiKeyRepository } from "./api-key/api-key.repository.js";
import { Impersonators } from "./impersonation/impersonators.js";
import { mailPost } from "./mail/mail-post.js";
import { MailedLinks } from "./mailed-link/mailed-links.js";
import { ExternalIdentityRepository } from "./openid/external-identity.repository.js";
import { openidParts } from "./openid/openid-parts.js";
import { openidSettingsOf } from "./openid/openid-settings.js";
import { EntityTypes } from "./permission/entity-types.js";
import { KnownAddressRepository } from "./rate-limit/known-address.repository.js";
import { connectRedis, inPostgres, inRedis } from "./rate-limit/limiter-store.js";
import { RateLimitRepository } from "./rate-limit/rate-limit.repository.js";
import { RateLimits } from "./rate-limit/rate-limits.js";
import { SignInGuard } from "./rate-limit/sign-in-guard.js";
import { SubjectHash } from "./rate-limit/subject-hash.js";
import { LastAdministrator } from "./role/last-administrator.js";
import { RoleRepository } from "./role/role.repository.js";
import { SecondFactorRepository } from "./second-factor/second-factor.repository.js";
import { SecondFactors } from "./second-factor/second-factors.js";
import { ServiceAccountRepository } from "./service-account/service-account.repository.js";
import { ServiceSessionRepository } from "./service-account/service-session.repository.js";
import { ServiceSessions } from "./service-account/service-sessions.js";
import { Pruning } from "./session/pruning.js";
import { PruningRepository } from "./session/pruning.repository.js";
import { RefreshTokens } from "./session/refresh-token.js";
import { RefreshTokenRepository } from "./session/refresh-token.repository.js";
import { SessionChangeRepository } from "./session/session-change.repository.js";
import { SessionIssuer } from "./session/session-issuer.js";
import { SessionRepository } from "./session/session.repository.js";
import type { settingsSchema } from "./settings.js";
import { KeyRing } from "./signing-key/key-ring.js";
import { KeyRotation } from "./signing-key/key-rotation.js";
import { SigningKeyRepository } from "./signing-key/signing-key.repository.js";

/** What auth is made of: what its requests, its background work and its routes share. */
export function authParts({ settings, log, call }: ServiceDependencies<z.output<typeof settingsSchema>>) {
  const secret = settings.GATEWAY_SECRET;
  const database = new Database({
    url: settings.DATABASE_URL,
    schema: "auth",
    maximumConnections: settings.DATABASE_POOL_SIZE,
    isPipelined: true,
  });
  const audit = new AuditTrail("auth", database, log);
  const accounts = new AccountRepository(database);
  const roles = new RoleRepository(database);
  const apiKeys = new ApiKeyRepository(database);
  const sessions = new SessionRepository(database);
  const secondFactorRows = new SecondFactorRepository(database);
  const refreshTokens = new RefreshTokenRepository(database);
  const sessionChanges = new SessionChangeRepository(database);
  const encryption = new EncryptionAtRest(settings.AUTH_KEY_ENCRYPTION_KEY);
  const tokens = new RefreshTokens(settings.AUTH_KEY_ENCRYPTION_KEY);
  const counts = new RateLimitRepository(database);
  const redis = settings.REDIS_URL === undefined ? undefined : connectRedis(settings.REDIS_URL, log);
  const hash = new SubjectHash(settings.AUTH_KEY_ENCRYPTION_KEY);
  const limits = new RateLimits(settings.RATE_LIMITS, redis ? inRedis(redis) : inPostgres(counts), hash);
  const guard = new SignInGuard(limits, new KnownAddressRepository(database), accounts, hash);
  const keys = new SigningKeyRepository(database);
  const keyRing = new KeyRing(database, keys, encryption);
  const rotationDays = settings.SIGNING_KEY_ROTATION_DAYS;
  const rotation = new KeyRotation({ database, keys, encryption, sessionChanges, audit, rotationDays });
  const mail = mailPost(settings, { database, accounts, log });
  const intents = new Intents(database, audit, log);
  const registrations = new RegistrationService(database, accounts, roles, call, audit, intents);
  const lastAdministrator = new LastAdministrator(roles);
  const endOfAccess = new EndOfAccess(sessions, apiKeys, roles, mail.service, sessionChanges);
  const accountService = new AccountService(
    database,
    accounts,
    new UndoableCreation(database),
    roles,
    lastAdministrator,
    endOfAccess,
    mail.service,
  );
  const parties = { issuer: settings.ACCESS_TOKEN_ISSUER, audience: settings.ACCESS_TOKEN_AUDIENCE };
  const impersonators = new Impersonators(accounts, roles);
  const issuer = new SessionIssuer(sessions, refreshTokens, tokens, roles, impersonators, keyRing, parties);
  const serviceAccounts = new ServiceAccountRepository(database);
  const serviceSessionRows = new ServiceSessionRepository(database);
  const serviceSessions = new ServiceSessions(serviceSessionRows, sessionChanges, keyRing, parties);
  const bearerOf = async (sessionId: string) =>
    (await issuer.bearerOf(sessionId)) ?? serviceSessions.bearerOf(sessionId);
  const signIn = {
    database,
    accounts,
    registrations,
    passwords,
    limits,
    guard,
    secondFactorRows,
    secondFactors: new SecondFactors(database, secondFactorRows, encryption, guard),
    encryption,
    issuerName: new URL(settings.ACCESS_TOKEN_ISSUER).hostname,
    sessions,
    refreshTokens,
    tokens,
    sessionChanges,
    issuer,
    mail: mail.service,
    links: new MailedLinks(database, mail.tokens, accounts, audit),
    audit,
    secret,
  };

  const openid = openidParts(openidSettingsOf(settings), parties.issuer, signIn);
  return {
    secret,
    database,
    audit,
    accounts,
    registrations,
    roles,
    apiKeys,
    apiKeyClaims: new ApiKeyClaims(apiKeys, roles),
    sessions,
    sessionChanges,
    keys,
    keyRing,
    rotation,
    parties,
    counts,
    guard,
    redis,
    mail,
    intents,
    lastAdministrator,
    endOfAccess,
    accountService,
    personalData: new PersonalData(
      accounts,
      sessions,
      apiKeys,
      roles,
      new ExternalIdentityRepository(database),
      secondFactorRows,
    ),
    emailChange: new EmailChange(accounts, sessionChanges, mail.service, audit, call, intents),
    entityTypes: new EntityTypes(call),
    serviceAccounts,
    serviceSessions,
    serviceSessionRows,
    bearerOf,
    signIn,
    openid,
    pruning: new Pruning(new PruningRepository(database), sessionChanges),
  };
}

export type AuthParts = ReturnType<typeof authParts>;
