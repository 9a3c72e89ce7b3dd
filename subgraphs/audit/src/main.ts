import { runService } from "@supergraph/service";
import { auditService } from "./index.js";

await runService(auditService);
