import { parseArgs } from "node:util";
import { ComposeRefused, runCompose } from "./compose-command.js";
import { SupergraphConfigError } from "./supergraph-config.js";

const { values } = parseArgs({
  options: {
    config: { type: "string", default: "supergraph.yaml" },
    output: { type: "string", default: "supergraph.graphql" },
    "allow-breaking": { type: "boolean", default: false },
    check: { type: "boolean", default: false },
  },
});

try {
  const done = await runCompose({
    configFile: values.config,
    supergraphFile: values.output,
    allowBreaking: values["allow-breaking"],
    check: values.check,
  });
  console.log(done);
} catch (error) {
  if (!(error instanceof ComposeRefused || error instanceof SupergraphConfigError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
