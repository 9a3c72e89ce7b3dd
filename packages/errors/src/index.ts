export { catalogue, httpStatus, type ErrorCode, type Reason } from "./catalogue.js";
export { invalidInput, SystemError, systemErrorOf, type ErrorDetails, type FieldProblem } from "./system-error.js";
