import type { PruningRepository } from "./pruning.repository.js";
import type { SessionChangeRepository } from "./session-change.repository.js";

/** For how long it can be looked up what has just ended, and a gateway may be away without forgetting everything. */
const KEPT_HOURS = 24;

/** Deletes sessions, refresh tokens and changes of the feed once nothing asks for them. */
export class Pruning {
  constructor(
    private readonly over: PruningRepository,
    private readonly sessionChanges: SessionChangeRepository,
  ) {}

  async prune(): Promise<void> {
    await this.over.deleteSessions(KEPT_HOURS);
    await this.over.deleteRefreshTokens();
    await this.sessionChanges.prune(KEPT_HOURS);
  }
}
