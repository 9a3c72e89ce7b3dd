import { promisify } from "node:util";
import { gzip } from "node:zlib";
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { ExampleOperation } from "./example-operations.js";
import { graphiqlPage } from "./graphiql-page.js";
import { landingPage } from "./landing-page.js";
import type { Page } from "./page.js";
import { sandboxPage } from "./sandbox-page.js";
import { sendPage } from "./send-page.js";

const links = {
  graphql: "/graphql",
  sandbox: "/sandbox",
  graphiql: "/graphiql",
  health: { live: "/health/live", ready: "/health/ready" },
};

/** What the endpoint shows to people: a page to begin at, Sandbox, and a GraphiQL that needs no network. */
export function landingRoutes(
  app: FastifyInstance,
  operations: readonly ExampleOperation[],
  hasMailPage = false,
): void {
  const landing = landingPage(operations, hasMailPage);
  const sandbox = sandboxPage();
  let graphiql: Promise<Page & { gzipped: Buffer }> | undefined;

  app.get("/", (request, reply) => {
    void reply.header("vary", "accept, origin");
    return prefersHtml(request) ? sendPage(reply, landing) : reply.send(links);
  });
  app.get("/sandbox", (_, reply) => sendPage(reply, sandbox));
  app.get("/graphiql", async (request, reply) => {
    graphiql ??= withGzip(graphiqlPage(operations));
    const { gzipped, ...page } = await graphiql;
    const isGzipAccepted = /\bgzip\b/.test(String(request.headers["accept-encoding"]));
    void reply.header("vary", "accept-encoding, origin");
    return isGzipAccepted ? sendPage(reply.header("content-encoding", "gzip"), page, gzipped) : sendPage(reply, page);
  });
}

export const prefersHtml = ({ headers }: FastifyRequest) => headers.accept?.includes("text/html") ?? false;

async function withGzip(rendering: Promise<Page>): Promise<Page & { gzipped: Buffer }> {
  const page = await rendering;
  return { ...page, gzipped: await promisify(gzip)(page.html) };
}
