import { httpStatus } from "@supergraph/errors";
import { AccessTokenVerifier } from "@supergraph/identity";
import { serviceIdentity, subgraphNames, type ServiceParts, type StreamingDependencies } from "@supergraph/service";
import { accountRoutes } from "./account-pages/account-routes.js";
import { apolloGateway, type Subgraph } from "./apollo-gateway.js";
import { auditExportRoute } from "./audit-export-route.js";
import { authRoutes } from "./auth-routes.js";
import { AuthService } from "./caller/auth-service.js";
import { CallerIdentifier } from "./caller/caller-identifier.js";
import { CredentialCache } from "./caller/credential-cache.js";
import { CredentialUse } from "./caller/credential-use.js";
import { SessionChangeFeed, type SessionChange } from "./caller/session-change-feed.js";
import { ownSubgraph } from "./fetch/own-subgraphs.js";
import { SubgraphDataSource } from "./fetch/subgraph-data-source.js";
import { createGatewayServer } from "./gateway-server.js";
import type { GatewaySettings } from "./settings.js";
import { exampleOperations } from "./landing/example-operations.js";
import { isLoopback, mailRoutes } from "./landing/mail-routes.js";
import { publishedSupergraphs } from "./supergraph/published-supergraphs.js";
import { ServedSupergraph } from "./supergraph/served-supergraph.js";

/** For how long a wrong API key is answered without asking auth again. */
const WRONG_KEY_MS = 5_000;

/** The gateway over our own subgraphs: it knows callers by auth's tokens, and serves what dynamic publishes. */
export function ownSupergraph(
  { settings, log, call, stream }: StreamingDependencies<GatewaySettings>,
  now?: () => number,
): ServiceParts {
  const auth = new AuthService(call);
  const sessions = new CredentialCache((id) => auth.holderOfSession(id));
  const apiKeys = new CredentialCache((hash) => auth.holderOfApiKey(hash), { refusalsFreshMs: WRONG_KEY_MS });
  const use = new CredentialUse((used) => auth.reportUse(used), log);
  const verifier = new AccessTokenVerifier(() => auth.signingKeys(), {
    issuer: settings.ACCESS_TOKEN_ISSUER,
    audience: settings.ACCESS_TOKEN_AUDIENCE,
  });
  const onChange = (change: SessionChange) => {
    // Of everyone also for a gateway that has lost touch: a change of keys may be what it missed.
    if (change.kind === "keys" || change.kind === "everyone") verifier.forgetKeys();
    if (change.kind === "keys") return;
    sessions.forget(change);
    apiKeys.forget(change);
  };
  const feed = new SessionChangeFeed({ call, log, onChange, ...(now && { now }) });
  const callers = new CallerIdentifier({ verifier, sessions, apiKeys, use, feed });

  const isUp = async (name: (typeof subgraphNames)[number]) =>
    (await call(name, serviceIdentity("gateway"), { method: "GET", path: "/health/ready", timeoutMs: 2_000 }))
      .status === 200;

  // Whoever reads these mails can be anybody: what forgot to say that it is production must not show them either.
  const hasMailPage = settings.NODE_ENV !== "production" && isLoopback(settings.HOST);
  const { app, endpoint } = createGatewayServer({
    settings,
    log,
    isReady: async () => feed.isAlive && (await Promise.all(subgraphNames.map(isUp))).every(Boolean),
    identify: (request) => callers.identify(request),
    // A subgraph masks what it did not expect, but Apollo's executor puts its own failures under the same code.
    passesCode: (code) => code in httpStatus && code !== "INTERNAL_SERVER_ERROR",
    exampleOperations,
    hasMailPage,
  });
  authRoutes(app, call);
  auditExportRoute(app, { identify: (request) => callers.identify(request), stream });
  accountRoutes(app);
  if (hasMailPage) mailRoutes(app, call);

  const reached = (version: number, timeoutMs: number) => served.reached(version, timeoutMs);
  const served: ServedSupergraph = new ServedSupergraph(
    publishedSupergraphs(call, log),
    ({ sdl, version }) => {
      const subgraphs = { call, log, secret: settings.GATEWAY_SECRET, reached };
      const dataSource = ({ name }: Subgraph) =>
        new SubgraphDataSource(name, ownSubgraph(name, version, subgraphs), log);
      return endpoint.use({ gateway: apolloGateway({ sdl, log, dataSource }) });
    },
    log,
  );
  return {
    app,
    start: async () => {
      feed.start();
      use.start();
      await served.start();
    },
    stop: async () => {
      await Promise.all([feed.stop(), served.stop(), use.stop()]);
    },
  };
}
