import { auditOutbox } from "@supergraph/migrations/kit";

export default auditOutbox("auth");
