import { AuditTrail } from "@supergraph/audit-trail";
import { Database } from "@supergraph/persistence";
import { createLog } from "@supergraph/service";
import { auditPartsOver } from "../fixtures/audit-parts.fixture.js";
import { createRetirement } from "./create-retirement.js";
import { DuePartitions } from "./due-partitions.js";

/** A process that retires what is due, needing no rest, and ends: for who kills it on the way. */
const [url = "", archiveDirectory] = process.argv.slice(2);
const database = new Database({ url, schema: "audit" });
const parts = await auditPartsOver(database);
const log = createLog("audit", "error");
const audit = new AuditTrail("audit", database, log);
const due = new DuePartitions(parts.partitions, parts.checkpoints, true, 0);
process.stdout.write("begins\n");
await createRetirement(parts, { audit, log, archiveDirectory, due }).run();
await database.close();
