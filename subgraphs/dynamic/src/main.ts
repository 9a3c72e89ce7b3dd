import { runService } from "@supergraph/service";
import { dynamicService } from "./service.js";

await runService(dynamicService);
