import { metrics, type BatchObservableCallback } from "@opentelemetry/api";
import type { CheckpointRepository } from "../checkpoint/checkpoint.repository.js";
import type { Witnesses } from "./witnesses.js";

/** Tells metrics how large and how old the latest checkpoint is, and how far witnesses are behind. Returns how to stop. */
export function observeCheckpoints(checkpoints: Pick<CheckpointRepository, "last">, witnesses: Witnesses): () => void {
  const meter = metrics.getMeter("@supergraph/audit");
  const size = meter.createObservableGauge("audit_checkpoint_size", {
    description: "How many events the latest checkpoint covers.",
  });
  const age = meter.createObservableGauge("audit_checkpoint_age_seconds", {
    description: "For how long the latest checkpoint has been the latest.",
    unit: "s",
  });
  const behind = meter.createObservableGauge("audit_witness_behind", {
    description: "How many events of this replica's newest checkpoint a witness hasn't seen.",
  });
  const observe: BatchObservableCallback = async (result) => {
    for (const { name, leaves } of witnesses.behind()) result.observe(behind, leaves, { witness: name });
    const last = await checkpoints.last();
    if (!last) return;
    result.observe(size, Number(last.tree_size));
    result.observe(age, (Date.now() - last.signed_at.getTime()) / 1_000);
  };
  const observed = [size, age, behind];
  meter.addBatchObservableCallback(observe, observed);
  return () => {
    meter.removeBatchObservableCallback(observe, observed);
  };
}
