import type { Logger } from "@supergraph/service";
import type { AuditParts } from "../audit-parts.js";
import type { CheckpointRow } from "../checkpoint/checkpoint.repository.js";
import type { AuditSettings } from "../settings.js";
import { FileWitness } from "./file-witness.js";
import { Handover, type Pauses } from "./handover.js";
import { HttpWitness } from "./http-witness.js";
import { LogWitness } from "./log-witness.js";
import type { Witness } from "./witness.js";

/** Hands checkpoints to all witnesses; none waits for another, and nobody for them. */
export class Witnesses {
  readonly #handovers: readonly Handover[];

  constructor(witnesses: readonly Witness[], log: Logger, pauses?: Pauses) {
    this.#handovers = witnesses.map((witness) => new Handover(witness, log, pauses));
  }

  start(): void {
    for (const handover of this.#handovers) handover.start();
  }

  offer(checkpoint: CheckpointRow): void {
    for (const handover of this.#handovers) handover.offer(checkpoint);
  }

  /** Ends once the newest checkpoint is where it can be brought soon. */
  async stop(): Promise<void> {
    await Promise.all(this.#handovers.map((handover) => handover.stop()));
  }

  /** By name, how many leaves of the newest checkpoint that was offered a witness hasn't seen yet. */
  behind(): { name: string; leaves: number }[] {
    return this.#handovers.map(({ name, behind }) => ({ name, leaves: behind }));
  }
}

type WitnessSettings = Pick<
  AuditSettings,
  "AUDIT_LOG_ORIGIN" | "AUDIT_WITNESS_FILE" | "AUDIT_WITNESS_URL" | "AUDIT_WITNESS_KEYS"
>;

/** The witnesses that the settings name, and the log stream. */
export function witnessesOf(
  settings: WitnessSettings,
  { checkpoints, tree }: Pick<AuditParts, "checkpoints" | "tree">,
  log: Logger,
): Witness[] {
  const { AUDIT_LOG_ORIGIN: origin, AUDIT_WITNESS_FILE: file, AUDIT_WITNESS_KEYS: cosigners } = settings;
  const parts = { checkpoints, read: tree.read, cosigners, log };
  return [
    new LogWitness(log),
    ...(file === undefined ? [] : [new FileWitness(file, origin)]),
    ...settings.AUDIT_WITNESS_URL.map((url) => new HttpWitness(url, parts)),
  ];
}
