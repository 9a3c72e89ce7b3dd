import type { SchemaHistory } from "../migration.js";
import auditOutbox from "./0001-audit-outbox.js";
import account from "./0002-account.js";
import role from "./0003-role.js";
import builtInRoles from "./0004-built-in-roles.js";
import session from "./0005-session.js";
import signingKey from "./0006-signing-key.js";
import sessionOrigin from "./0007-session-origin.js";
import rateLimit from "./0008-rate-limit.js";
import keyRotation from "./0009-key-rotation.js";
import secondFactor from "./0010-second-factor.js";
import apiKey from "./0011-api-key.js";
import serviceAccount from "./0012-service-account.js";
import mail from "./0013-mail.js";
import intent from "./0014-intent.js";
import ownRecords from "./0015-own-records.js";
import externalSignIn from "./0016-external-sign-in.js";

export const auth: SchemaHistory = {
  schema: "auth",
  dependsOn: [],
  migrations: {
    "0001-audit-outbox": auditOutbox,
    "0002-account": account,
    "0003-role": role,
    "0004-built-in-roles": builtInRoles,
    "0005-session": session,
    "0006-signing-key": signingKey,
    "0007-session-origin": sessionOrigin,
    "0008-rate-limit": rateLimit,
    "0009-key-rotation": keyRotation,
    "0010-second-factor": secondFactor,
    "0011-api-key": apiKey,
    "0012-service-account": serviceAccount,
    "0013-mail": mail,
    "0014-intent": intent,
    "0015-own-records": ownRecords,
    "0016-external-sign-in": externalSignIn,
  },
};
