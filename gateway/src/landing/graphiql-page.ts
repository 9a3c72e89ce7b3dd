import type { ExampleOperation } from "./example-operations.js";
import { hashSource, policy, type Page } from "./page.js";

const HEADERS = JSON.stringify({ Authorization: "Bearer <accessToken>" });

/** GraphiQL with all that it needs inside: a large page, made when somebody first asks for it. */
export async function graphiqlPage(operations: readonly ExampleOperation[]): Promise<Page> {
  const { renderGraphiQL } = await import("@graphql-yoga/render-graphiql");
  const html = renderGraphiQL({
    title: "GraphiQL",
    favicon: "data:,",
    endpoint: "/graphql",
    credentials: "omit",
    defaultTabs: operations.map(({ as, query }) => ({
      query,
      headers: as === "anybody" ? null : HEADERS,
    })),
  });
  const [, script = ""] = /<script>([\s\S]*)<\/script>/.exec(html) ?? [];
  return {
    html,
    contentSecurityPolicy: policy({
      "script-src": [hashSource(script)],
      // Its editor places every line by a style attribute.
      "style-src": ["'unsafe-inline'"],
      "font-src": ["data:"],
      "img-src": ["data:"],
      "worker-src": ["blob:"],
      "connect-src": ["'self'"],
    }),
  };
}
