import { trace } from "@opentelemetry/api";
import { pino, type Logger } from "pino";
import { errorForLog, withoutAddressesAndTokens } from "./log-privacy.js";
import { currentRequest } from "./request-context.js";

export type { Logger };

/** An unknown level is reported with the other settings at fault; until then there is a log to report it with. */
const known = (level: string) => (level === "silent" || level in pino.levels.values ? level : "info");

/**
 * A JSON log whose every line names the request, the caller and the trace that it belongs to. A line can't be erased: no
 * e-mail address, access token or value from the database gets into one.
 */
export function createLog(service: string, level: string): Logger {
  return pino({
    level: known(level),
    base: { service },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    serializers: { err: errorForLog, cause: errorForLog },
    hooks: { streamWrite: withoutAddressesAndTokens },
    redact: { paths: ["password", "*.password", "authorization", "*.authorization"], censor: "[redacted]" },
    mixin: () => {
      const request = currentRequest();
      const span = trace.getActiveSpan()?.spanContext();
      return {
        ...(request && { request_id: request.requestId }),
        ...(request?.userId !== undefined && { user_id: request.userId }),
        ...(span && { trace_id: span.traceId, span_id: span.spanId }),
      };
    },
  });
}
