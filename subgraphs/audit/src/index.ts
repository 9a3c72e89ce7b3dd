export { followLog, type FollowOptions } from "./export/follow-log.js";
export { auditService } from "./service.js";
export {
  UnverifiableLog,
  verifyStoredLog,
  type StoredLogOptions,
  type StoredLogVerdict,
} from "./verification/verify-stored-log.js";
