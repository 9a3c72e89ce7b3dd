import type { AuditTrail } from "@supergraph/audit-trail";
import type { Logger } from "@supergraph/service";
import { Alerting } from "./alert/alerting.js";
import type { AuditParts } from "./audit-parts.js";
import { KeyRotation } from "./key-rotation/key-rotation.js";
import { createRetirement } from "./retention/create-retirement.js";
import { RetentionLoop } from "./retention/retention-loop.js";
import { Sequencer } from "./sequencer/sequencer.js";
import type { AuditSettings } from "./settings.js";
import { VerificationWatch } from "./verification/verification-watch.js";
import { observeCheckpoints } from "./witness/checkpoint-metrics.js";
import { Witnesses, witnessesOf } from "./witness/witnesses.js";

interface Work {
  start(): void;
  /** Resolves once what is under way has ended. */
  stop(): Promise<void>;
}

export interface BackgroundWorkParts {
  parts: AuditParts;
  settings: AuditSettings;
  audit: AuditTrail;
  log: Logger;
}

/** What the service does by itself, as long as it runs: each replica the same, and one of them at a time where it matters. */
export function backgroundWork({ parts, settings, audit, log }: BackgroundWorkParts) {
  const { database, metrics, wrapping, wrappedKeys } = parts;
  const witnesses = new Witnesses(witnessesOf(settings, parts, log), log);
  parts.checkpointer.onSigned((checkpoint) => {
    witnesses.offer(checkpoint);
  });
  const stopObserving = observeCheckpoints(parts.checkpoints, witnesses);
  const works: Work[] = [
    new Sequencer(parts.sealer, log),
    new KeyRotation({ database, stored: wrappedKeys, wrapping }, log),
    new Alerting({ database, settings, audit, metrics, log }),
    retentionLoop({ parts, settings, audit, log }),
    new VerificationWatch({ ...parts, audit, log, everyMinutes: settings.AUDIT_VERIFY_MINUTES }),
  ];
  return {
    start: async (): Promise<void> => {
      const newest = await parts.checkpoints.last();
      if (newest) witnesses.offer(newest);
      witnesses.start();
      for (const work of works) work.start();
    },
    stop: async (): Promise<void> => {
      stopObserving();
      await Promise.all(works.map((work) => work.stop()));
      // Last: the sequencer may have signed once more.
      await witnesses.stop();
    },
  };
}

function retentionLoop({ parts, settings, audit, log }: BackgroundWorkParts): RetentionLoop {
  const { AUDIT_ARCHIVE_DIR: archiveDirectory, AUDIT_RETENTION_DAYS: periods } = settings;
  if (archiveDirectory === undefined && periods.some(({ days }) => days > 0))
    log.warn("AUDIT_ARCHIVE_DIR is not set: no month of the audit log goes, whatever AUDIT_RETENTION_DAYS says");
  const retirement = createRetirement(parts, { audit, log, archiveDirectory });
  return new RetentionLoop(retirement, settings.AUDIT_RETENTION_CHECK_MINUTES, log);
}
