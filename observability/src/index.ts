export { startTelemetry } from "./telemetry.js";
