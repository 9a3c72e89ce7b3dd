import type { ServiceDefinition, StreamingDependencies } from "@supergraph/service";
import { foreignSupergraph } from "./foreign-supergraph.js";
import { ownSupergraph } from "./own-supergraph.js";
import { gatewaySettings, type GatewaySettings } from "./settings.js";

export const gatewayService: ServiceDefinition<typeof gatewaySettings, StreamingDependencies<GatewaySettings>> = {
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
