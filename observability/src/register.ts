import { flushAtExit } from "./flush-at-exit.js";
import { startTelemetry } from "./telemetry.js";

const provider = await startTelemetry(process.env);
if (provider) flushAtExit(provider);
