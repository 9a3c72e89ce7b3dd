export { auditService } from "./service.js";
