import { auditOutbox } from "../audit-outbox.js";

export default auditOutbox("users");
