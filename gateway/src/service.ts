import type { ServiceDefinition } from "@supergraph/service";
import { foreignSupergraph } from "./foreign-supergraph.js";
import { ownSupergraph } from "./own-supergraph.js";
import { gatewaySettings } from "./settings.js";

export const gatewayService: ServiceDefinition<typeof gatewaySettings> = {
  name: "gateway",
  settings: gatewaySettings,
  create: (dependencies) => {
    const { settings, log } = dependencies;
    const parts =
      settings.SUPERGRAPH === undefined
        ? ownSupergraph(dependencies)
        : foreignSupergraph(settings.SUPERGRAPH, settings, log);
    return Promise.resolve(parts);
  },
};
