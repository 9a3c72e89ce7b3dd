/** docs/architecture.md's import direction: what each workspace may import of the others. */
const errors = ["packages/errors"];
const foundations = [...errors, "packages/identity", "packages/persistence"];
const service = [...foundations, "packages/service"];
const subgraph = [...service, "packages/graphql-http", "packages/audit-trail", "packages/subgraph"];
const withIntents = [...subgraph, "packages/intent"];
const services = ["gateway", "subgraphs/users", "subgraphs/auth", "subgraphs/dynamic", "subgraphs/audit"];

const mayImport = {
  "packages/errors": [],
  "packages/identity": errors,
  "packages/persistence": errors,
  "packages/service": foundations,
  "packages/graphql-http": service,
  "packages/audit-trail": service,
  "packages/intent": [...service, "packages/audit-trail"],
  "packages/subgraph": subgraph,
  "packages/composition": errors,
  "packages/private-postgres": [],
  "packages/audit-proof": [],
  "packages/testing": [...foundations, "packages/private-postgres", "migrations"],
  migrations: [],
  observability: [],
  gateway: [...errors, "packages/identity", "packages/service", "packages/graphql-http"],
  "subgraphs/users": withIntents,
  "subgraphs/auth": withIntents,
  "subgraphs/dynamic": [...subgraph, "packages/composition"],
  "subgraphs/audit": [...subgraph, "packages/audit-proof"],
  topology: [
    ...service,
    ...services,
    "packages/private-postgres",
    "packages/audit-proof",
    "migrations",
    "observability",
  ],
};

const anyWorkspace = "^(packages|gateway|subgraphs|migrations|observability|topology)/";
const inside = (folders) => `^(${folders.join("|")})/`;
const installed = (names) => `(^|/)node_modules/(${names.join("|")})/`;
const tests = "\\.(test|fixture)\\.ts$";
const testsMayAlso = { gateway: ["packages/composition"] };

const importDirection = Object.entries(mayImport).flatMap(([workspace, allowed]) => [
  {
    name: `import-direction:${workspace}`,
    severity: "error",
    from: { path: inside([workspace]), pathNot: tests },
    to: { path: anyWorkspace, pathNot: inside([workspace, ...allowed]) },
  },
  {
    name: `import-direction-of-tests:${workspace}`,
    severity: "error",
    from: { path: `${inside([workspace])}.*${tests}` },
    to: {
      path: anyWorkspace,
      pathNot: inside([workspace, ...allowed, "packages/testing", ...(testsMayAlso[workspace] ?? [])]),
    },
  },
]);

module.exports = {
  forbidden: [
    ...importDirection,
    {
      name: "import-direction:known-workspaces",
      comment: "A workspace that the table above does not know has no rule: add it there.",
      severity: "error",
      from: { path: anyWorkspace, pathNot: inside(Object.keys(mayImport)) },
      to: {},
    },
    {
      name: "sql-in-repositories",
      severity: "error",
      from: {
        pathNot: ["\\.repository\\.ts$", "^packages/(persistence|testing|private-postgres)/", "^migrations/", "^e2e/"],
      },
      to: { path: installed(["knex", "pg", "pg-.+", "@types/pg"]) },
    },
    {
      name: "apollo-gateway-in-gateway",
      severity: "error",
      from: { pathNot: "^gateway/" },
      to: { path: installed(["@apollo/gateway"]) },
    },
    {
      name: "apollo-composition-in-composition",
      severity: "error",
      from: { pathNot: "^packages/composition/" },
      to: { path: installed(["@apollo/composition", "@apollo/federation-internals"]) },
    },
    {
      name: "no-cycles",
      comment: "tsc's ES modules with decorators crash on cycles of values; cycles of types cost nothing.",
      severity: "error",
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
    },
    {
      name: "resolvable",
      severity: "error",
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^(?!.*node_modules/).*/dist/" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.base.json" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["source", "types", "import", "node", "default"],
      mainFields: ["module", "main", "types"],
    },
  },
};
