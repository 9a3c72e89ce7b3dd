import { createRequire } from "node:module";
import { defineConfig } from "vitest/config";
import { optionalTool } from "./scripts/optional-tool.mjs";

const require = createRequire(import.meta.url);
const workspaces = ["packages", "gateway", "subgraphs", "migrations", "observability", "topology"];
const under = (pattern: string) => workspaces.map((folder) => `${folder}/**/src/${pattern}`);

/**
 * graphql compares types with instanceof, so a process has to see one copy of it. Node takes the package's CommonJS
 * `main`, for libraries and for what is built; vite would take the ES `module` for the sources.
 */
const oneGraphql = { find: /^graphql$/, replacement: require.resolve("graphql") };

/**
 * How long something that is waited for may take: two stages share two cores, and a process starts in seconds there. What
 * must hold within less says so.
 */
const patience = { poll: { timeout: 15_000 } };

const fromSource = {
  resolve: { conditions: ["source", "node"], alias: [oneGraphql] },
  ssr: { resolve: { conditions: ["source", "node"] } },
};

const endToEnd = (topology: "embedded" | "distributed") => ({
  ...fromSource,
  test: {
    name: `e2e-${topology}`,
    include: ["e2e/**/*.test.ts"],
    env: { TOPOLOGY: topology },
    globalSetup: "e2e/harness/start-supergraph.ts",
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 120_000,
    expect: patience,
  },
});

export default defineConfig({
  test: {
    projects: [
      {
        ...fromSource,
        test: {
          name: "unit",
          include: under("**/*.test.ts"),
          exclude: ["**/node_modules/**", "**/*.integration.test.ts"],
          testTimeout: 20_000,
          expect: patience,
        },
      },
      {
        ...fromSource,
        test: {
          name: "integration",
          include: under("**/*.integration.test.ts"),
          env: { REDIS_SERVER: optionalTool("redis-server") ?? "" },
          globalSetup: "packages/testing/src/postgres-setup.ts",
          testTimeout: 30_000,
          hookTimeout: 60_000,
          expect: patience,
        },
      },
      endToEnd("embedded"),
      endToEnd("distributed"),
    ],
  },
});
