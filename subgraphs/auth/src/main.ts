import { runService } from "@supergraph/service";
import { authService } from "./service.js";

await runService(authService);
