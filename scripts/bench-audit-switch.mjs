// Loaded into the supergraph that bench.mjs measures: SIGUSR2 switches auditing off, and on again. Off, a mutation is one
// unit of work as before, and leaves no event; what it says of itself for the event is still put together.
import { AuditTrail } from "@supergraph/audit-trail";

const audited = AuditTrail.prototype.attempt;
let isOff = false;

AuditTrail.prototype.attempt = function (attempt, work) {
  return isOff ? this.database.unitOfWork(work) : audited.call(this, attempt, work);
};

process.on("SIGUSR2", () => {
  isOff = !isOff;
});
