import { runService } from "@supergraph/service";
import { auditService } from "./service.js";

await runService(auditService);
