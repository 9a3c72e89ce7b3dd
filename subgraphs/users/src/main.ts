import { runService } from "@supergraph/service";
import { usersService } from "./service.js";

await runService(usersService);
