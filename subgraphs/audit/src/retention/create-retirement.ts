import type { AuditTrail } from "@supergraph/audit-trail";
import type { Logger } from "@supergraph/service";
import type { AuditParts } from "../audit-parts.js";
import type { DuePartitions } from "./due-partitions.js";
import { PartitionArchive } from "./partition-archive.js";
import { Retirement } from "./retirement.js";
import { UnnamedTextRepository } from "./unnamed-text.repository.js";
import { UnnamedTexts } from "./unnamed-texts.js";

interface RetirementOptions {
  audit: AuditTrail;
  log: Logger;
  /** Where archives go; undefined: nothing is retired. */
  archiveDirectory: string | undefined;
  due?: DuePartitions;
}

/** What ends the log's months, over the service's parts. */
export function createRetirement(
  { database, partitions, duePartitions, sealer, sequencing, signer, tree }: AuditParts,
  { audit, log, archiveDirectory, due = duePartitions }: RetirementOptions,
): Retirement {
  const archive =
    archiveDirectory === undefined ? undefined : new PartitionArchive(archiveDirectory, tree.read, signer);
  const texts = new UnnamedTexts(database, new UnnamedTextRepository(database), sequencing, tree);
  return new Retirement({ database, partitions, due, sealer, archive, texts, audit, log });
}
