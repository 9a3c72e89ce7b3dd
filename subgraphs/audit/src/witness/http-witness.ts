import {
  consistencyProof,
  openCosignatures,
  type Cosignature,
  type NoteVerifier,
  type ReadHashes,
} from "@supergraph/audit-proof";
import type { Logger } from "@supergraph/service";
import type { CheckpointRepository, CheckpointRow } from "../checkpoint/checkpoint.repository.js";
import { readAnswer } from "./bounded-answer.js";
import type { Witness } from "./witness.js";

const TIMEOUT_MS = 10_000;
/** Other replicas hand out checkpoints too: what the witness has seen may change between two questions. */
const ATTEMPTS = 5;
const SIZE = /^(0|[1-9]\d{0,15})\n?$/;

export interface HttpWitnessParts {
  checkpoints: Pick<CheckpointRepository, "last" | "addCosignatures">;
  read: ReadHashes;
  /** Keys of the witnesses whose word is kept. */
  cosigners: readonly NoteVerifier[];
  log: Logger;
}

/** A witness that checks that the log only grows, and says so by its signature (C2SP tlog-witness). */
export class HttpWitness implements Witness {
  /** Of the checkpoint that it has cosigned last, as far as we know: it tells us when we ask. */
  #size = 0;

  constructor(
    private readonly url: string,
    private readonly parts: HttpWitnessParts,
  ) {}

  get name(): string {
    return new URL(this.url).host;
  }

  /** @throws Error that says what the witness answered, or that it has seen another log than ours */
  async take(newest: CheckpointRow, signal: AbortSignal): Promise<void> {
    let checkpoint = newest;
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const { status, body } = await this.#submit(checkpoint, signal);
      if (status === 200) return this.#accepted(checkpoint, body);
      if (status !== 409) throw new Error(`The witness at ${this.url} answered ${status}: ${body.slice(0, 200)}`);
      checkpoint = await this.#meet(checkpoint, body);
    }
    throw new Error(`The witness at ${this.url} sees other checkpoints all the time`);
  }

  async #submit({ tree_size, note }: CheckpointRow, signal: AbortSignal): Promise<{ status: number; body: string }> {
    const proof = await consistencyProof(this.#size, Number(tree_size), this.parts.read);
    const lines = [`old ${this.#size}`, ...proof.map((hash) => hash.toString("base64")), "", note];
    const answer = await fetch(`${this.url}/add-checkpoint`, {
      method: "POST",
      body: lines.join("\n"),
      headers: { "content-type": "text/plain; charset=utf-8" },
      redirect: "error",
      signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
    });
    return { status: answer.status, body: await readAnswer(answer) };
  }

  /** Goes on from the size that the witness has seen, which may be of a checkpoint that another replica has signed. */
  async #meet(checkpoint: CheckpointRow, body: string): Promise<CheckpointRow> {
    const seen = SIZE.test(body) ? Number(body) : Number.NaN;
    if (Number.isNaN(seen)) throw new Error(`The witness at ${this.url} answered 409 without a size`);
    if (seen === this.#size)
      throw new Error(`The witness at ${this.url} has seen another log of ${seen} events: ours, or its, is forked`);
    const known = seen > Number(checkpoint.tree_size) ? await this.parts.checkpoints.last() : checkpoint;
    if (!known || seen > Number(known.tree_size)) {
      throw new Error(
        `The witness at ${this.url} has seen ${seen} events; the log's last checkpoint has ${known?.tree_size ?? 0}: ` +
          "the log was cut, or brought back from a copy",
      );
    }
    this.#size = seen;
    return known;
  }

  async #accepted({ tree_size, note }: CheckpointRow, body: string): Promise<void> {
    const { checkpoints, cosigners, log } = this.parts;
    this.#size = Number(tree_size);
    if (cosigners.length === 0) return;
    const cosignatures = this.#cosignaturesIn(body, note);
    if (cosignatures.length === 0) log.warn({ witness: this.name }, "a witness signs by no key of AUDIT_WITNESS_KEYS");
    await checkpoints.addCosignatures(tree_size, cosignatures);
  }

  #cosignaturesIn(body: string, note: string): Cosignature[] {
    try {
      return openCosignatures(note, body, this.parts.cosigners);
    } catch (cause) {
      const words = cause instanceof Error ? cause.message : String(cause);
      throw new Error(`The witness at ${this.url} answered with no cosignature: ${words}`, { cause });
    }
  }
}
