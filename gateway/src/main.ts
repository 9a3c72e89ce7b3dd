import { runService } from "@supergraph/service";
import { gatewayService } from "./service.js";

await runService(gatewayService);
