import { NoteSigner, parseVerifierKey, SubtreeRoots } from "@supergraph/audit-proof";
import { CursorCodec, Database } from "@supergraph/persistence";
import { AlertRepository } from "./alert/alert.repository.js";
import { AuditEventRepository } from "./audit-event/audit-event.repository.js";
import { CheckpointRepository } from "./checkpoint/checkpoint.repository.js";
import { Checkpointer } from "./checkpoint/checkpointer.js";
import { ExportRepository } from "./export/export.repository.js";
import { ExportService } from "./export/export.service.js";
import { EventExporter } from "./export/exported-event.js";
import { WrappedKeyRepository } from "./key-rotation/wrapped-key.repository.js";
import { AuditMetrics } from "./metrics/audit-metrics.js";
import { LegalHoldRepository } from "./legal-hold/legal-hold.repository.js";
import { PersonRepository } from "./person/person.repository.js";
import { PersonService } from "./person/person.service.js";
import { KeptTexts } from "./personal/kept-texts.js";
import { PersonKeys } from "./personal/person-keys.js";
import { PersonalReader } from "./personal/personal-reader.js";
import { PersonalValueRepository } from "./personal/personal-value.repository.js";
import { SealingKeys } from "./personal/sealing-keys.js";
import { WrappingKeys } from "./personal/wrapping-keys.js";
import { DuePartitions } from "./retention/due-partitions.js";
import { RetentionRepository } from "./retention/retention.repository.js";
import { retentionDaysOf } from "./retention/retention-periods.js";
import { SecretRepository } from "./secret/secret.repository.js";
import { ServiceSecrets } from "./secret/service-secrets.js";
import { Sealer } from "./sequencer/sealer.js";
import { SequencerRepository } from "./sequencer/sequencer.repository.js";
import type { AuditSettings } from "./settings.js";
import { TreeRepository } from "./tree/tree.repository.js";
import { LogVerifier } from "./verification/log-verifier.js";
import { VerificationRepository } from "./verification/verification.repository.js";

type PartsSettings = Pick<
  AuditSettings,
  | "GATEWAY_SECRET"
  | "AUDIT_KEY_ENCRYPTION_KEY"
  | "AUDIT_PREVIOUS_KEY_ENCRYPTION_KEYS"
  | "AUDIT_LOG_ORIGIN"
  | "AUDIT_RETENTION_DAYS"
  | "AUDIT_ARCHIVE_DIR"
>;

export type AuditParts = Awaited<ReturnType<typeof createAuditParts>>;

/**
 * What the service is made of, over one database.
 * @throws Error when keys of the log are wrapped by another than those given, or the log has another origin
 */
export async function createAuditParts(database: Database, settings: PartsSettings) {
  const wrapping = new WrappingKeys(settings.AUDIT_KEY_ENCRYPTION_KEY, settings.AUDIT_PREVIOUS_KEY_ENCRYPTION_KEYS);
  const wrappedKeys = new WrappedKeyRepository(database);
  wrapping.requireAll(await wrappedKeys.wrappingKeys());
  const secrets = await ServiceSecrets.load(database, new SecretRepository(database), wrapping);
  const subjectOfAddress = (address: string) => secrets.subjectOfAddress(address);
  const ipToken = (ip: string) => secrets.ipToken(ip);

  const keys = new PersonKeys(wrapping);
  const values = new PersonalValueRepository(database);
  const reader = new PersonalReader(values, keys, ipToken);
  const cursors = new CursorCodec(settings.GATEWAY_SECRET);
  const events = new AuditEventRepository(database, cursors, reader);

  const exporter = new EventExporter({ reader, values, keys, subjectOfAddress });

  const tree = new TreeRepository(database);
  const checkpoints = new CheckpointRepository(database, cursors);
  const signer = new NoteSigner(settings.AUDIT_LOG_ORIGIN, secrets.checkpointKey);
  const checkpointer = new Checkpointer({ database, checkpoints, signer, origin: settings.AUDIT_LOG_ORIGIN });
  await checkpointer.begin(await tree.head());
  const metrics = new AuditMetrics();
  const sequencing = new SequencerRepository(database);
  const sealer = new Sealer({
    database,
    repository: sequencing,
    tree,
    keys: new SealingKeys(database, values, keys),
    texts: new KeptTexts(database, values, ipToken),
    checkpointer,
    metrics,
    subjectOfAddress,
    retentionDaysOf: retentionDaysOf(settings.AUDIT_RETENTION_DAYS),
  });
  const partitions = new RetentionRepository(database);
  const hasArchive = settings.AUDIT_ARCHIVE_DIR !== undefined;
  const duePartitions = new DuePartitions(partitions, checkpoints, hasArchive);
  const holds = new LegalHoldRepository(database);
  const people = new PersonService({
    database,
    sealer,
    holds,
    people: new PersonRepository(database),
    values,
    keys,
    reader,
    subjectOfAddress,
  });
  const exports = new ExportService({
    events,
    rows: new ExportRepository(database),
    exporter,
    reader,
    tree,
    checkpoints,
    signer,
  });
  const verifications = new VerificationRepository(database);
  const verifier = new LogVerifier({
    store: verifications,
    tree,
    values,
    verifiers: [parseVerifierKey(signer.verifierKey)],
    opening: { keys, ipToken },
  });
  return {
    database,
    events,
    exporter,
    exports,
    tree,
    subtreeRoots: new SubtreeRoots(),
    checkpoints,
    checkpointer,
    alerts: new AlertRepository(database, cursors),
    signer,
    sequencing,
    sealer,
    people,
    holds,
    partitions,
    duePartitions,
    reader,
    values,
    keys,
    wrapping,
    wrappedKeys,
    secrets,
    metrics,
    verifier,
    verifications,
  };
}
