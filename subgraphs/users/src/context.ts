import type { SubgraphContext } from "@supergraph/subgraph";
import type { UserService } from "./user/user.service.js";

export interface UsersContext extends SubgraphContext {
  readonly users: UserService;
}
