import { runAuditVerify } from "./audit-verify/command.js";

process.exitCode = await runAuditVerify(process.argv.slice(2));
