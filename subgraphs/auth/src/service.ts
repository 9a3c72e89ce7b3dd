import { AuditTrail } from "@supergraph/audit-trail";
import { Intents, UndoableCreation } from "@supergraph/intent";
import { Database } from "@supergraph/persistence";
import { repeatUntilStopped, type ServiceDefinition } from "@supergraph/service";
import { buildExecutableSchema, createSubgraphServer } from "@supergraph/subgraph";
import { AccountRepository } from "./account/account.repository.js";
import { AccountService } from "./account/account.service.js";
import { EmailChange } from "./account/email-change.service.js";
import { EndOfAccess } from "./account/end-of-access.js";
import { ensureFirstAdministrator } from "./account/first-administrator.js";
import { internalAccountRoutes } from "./account/internal-routes.js";
import { passwords } from "./account/password.js";
import { PersonalData } from "./account/personal-data.js";
import { RegistrationService } from "./account/registration.service.js";
import { ApiKeyClaims } from "./api-key/api-key-claims.js";
import { ApiKeyRepository } from "./api-key/api-key.repository.js";
import { internalApiKeyRoutes } from "./api-key/internal-routes.js";
import { authContext } from "./auth-context.js";
import type { AuthContext } from "./context.js";
import { EncryptionAtRest } from "./encryption-at-rest.js";
import { Impersonators } from "./impersonation/impersonators.js";
import { EntityTypes } from "./permission/entity-types.js";
import { KnownAddressRepository } from "./rate-limit/known-address.repository.js";
import { connectRedis, inPostgres, inRedis } from "./rate-limit/limiter-store.js";
import { ExternalIdentityRepository } from "./openid/external-identity.repository.js";
import { openidParts } from "./openid/openid-parts.js";
import { openidRoutes } from "./openid/openid-routes.js";
import { openidSettingsOf } from "./openid/openid-settings.js";
import { RateLimitRepository } from "./rate-limit/rate-limit.repository.js";
import { RateLimits } from "./rate-limit/rate-limits.js";
import { SignInGuard } from "./rate-limit/sign-in-guard.js";
import { SubjectHash } from "./rate-limit/subject-hash.js";
import { mailPost } from "./mail/mail-post.js";
import { outboxRoute } from "./mail/outbox-route.js";
import { MailedLinks } from "./mailed-link/mailed-links.js";
import { oauthParts } from "./oauth/oauth-parts.js";
import { oauthRoutes } from "./oauth/oauth-routes.js";
import { LastAdministrator } from "./role/last-administrator.js";
import { RoleRepository } from "./role/role.repository.js";
import { authSchema } from "./schema.js";
import { SecondFactorRepository } from "./second-factor/second-factor.repository.js";
import { SecondFactors } from "./second-factor/second-factors.js";
import { ServiceAccountRepository } from "./service-account/service-account.repository.js";
import { ServiceSessionRepository } from "./service-account/service-session.repository.js";
import { ServiceSessions } from "./service-account/service-sessions.js";
import { internalSessionRoutes } from "./session/internal-routes.js";
import { Pruning } from "./session/pruning.js";
import { PruningRepository } from "./session/pruning.repository.js";
import { RefreshTokens } from "./session/refresh-token.js";
import { RefreshTokenRepository } from "./session/refresh-token.repository.js";
import { SessionChangeRepository } from "./session/session-change.repository.js";
import { SessionIssuer } from "./session/session-issuer.js";
import { SessionRepository } from "./session/session.repository.js";
import { settingsSchema } from "./settings.js";
import { KeyRing } from "./signing-key/key-ring.js";
import { KeyRotation } from "./signing-key/key-rotation.js";
import { SigningKeyRepository } from "./signing-key/signing-key.repository.js";

const PRUNE_EVERY_MS = 10 * 60_000;
const ROTATE_EVERY_MS = 1_000;
const MAILS_EVERY_MS = 1_000;
const PRUNE_MAILS_EVERY_MS = 60_000;
const FINISH_EVERY_MS = 1_000;

/** Credentials, sessions, tokens, signing keys, roles and permissions. */
export const authService: ServiceDefinition<typeof settingsSchema> = {
  name: "auth",
  settings: settingsSchema,
  async create({ settings, log, call }) {
    const secret = settings.GATEWAY_SECRET;
    const database = new Database({
      url: settings.DATABASE_URL,
      schema: "auth",
      maximumConnections: settings.DATABASE_POOL_SIZE,
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
    const registrations = new RegistrationService(database, accounts, roles, call, intents);
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
    await keyRing.ensureActiveKey();
    const stopping = new AbortController();
    let isSeeded = false;
    const { app, endpoint, identify } = createSubgraphServer<AuthContext>({
      name: "auth",
      secret,
      log,
      audit,
      isReady: async () => {
        await database.ping();
        return isSeeded;
      },
      context: authContext({
        ...signIn,
        roles,
        entityTypes: new EntityTypes(call),
        keys,
        rotation,
        apiKeys,
        serviceAccounts,
        serviceSessions,
        lastAdministrator,
        emailChange: new EmailChange(accounts, sessionChanges, mail.service, audit, call, intents),
        endOfAccess,
      }),
      internal: (routes) => {
        internalSessionRoutes(routes, bearerOf, sessionChanges);
        internalApiKeyRoutes(routes, { claims: new ApiKeyClaims(apiKeys, roles), keys: apiKeys, sessions });
        if (mail.outbox) outboxRoute(routes, mail.outbox);
        const identities = new ExternalIdentityRepository(database);
        internalAccountRoutes(routes, accountService, new PersonalData(accounts, sessions, apiKeys, roles, identities));
      },
    });
    oauthRoutes(app, {
      ...oauthParts({
        parties,
        keys: keyRing,
        signIn,
        serviceAccounts,
        serviceSessions,
        serviceSessionRows,
        bearerOf,
        ...(openid && { codes: openid.codes }),
      }),
      identify,
    });
    if (openid) openidRoutes(app, { ...openid.routes, identify });
    app.get("/.well-known/jwks.json", () => keyRing.publicKeys());
    await endpoint.use({ schema: buildExecutableSchema(await authSchema()) });

    const pruning = new Pruning(new PruningRepository(database), sessionChanges);
    const background: Promise<void>[] = [];
    const repeat = (work: () => Promise<void>, everyMs: number) =>
      background.push(repeatUntilStopped(work, everyMs, stopping.signal, log));
    return {
      app,
      async start() {
        repeat(() => Promise.all([counts.prune(), guard.prune()]).then(() => undefined), PRUNE_EVERY_MS);
        if (openid) repeat(() => openid.prune(), PRUNE_EVERY_MS);
        repeat(() => rotation.advance(), ROTATE_EVERY_MS);
        repeat(() => pruning.prune(), PRUNE_EVERY_MS);
        mail.worker.start();
        repeat(() => mail.worker.drain(), MAILS_EVERY_MS);
        repeat(() => mail.worker.prune(), PRUNE_MAILS_EVERY_MS);
        repeat(() => intents.finishAbandoned(), FINISH_EVERY_MS);
        const { ADMIN_EMAIL: email, ADMIN_PASSWORD: password } = settings;
        if (email !== undefined && password !== undefined) {
          await ensureFirstAdministrator({ email, password }, { accounts, registrations, audit, log }, stopping.signal);
        }
        isSeeded = true;
      },
      async stop() {
        stopping.abort();
        await mail.worker.stop();
        await Promise.all(background);
        redis?.disconnect();
        await database.close();
      },
    };
  },
};
