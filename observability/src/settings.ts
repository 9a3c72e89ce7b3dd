export type TraceProtocol = "http/protobuf" | "http/json";

/** What OpenTelemetry's environment variables ask for; those that the SDK reads itself (sampler, resource) are its own. */
export interface TelemetrySettings {
  isDisabled: boolean;
  /** Undefined: spans exist, so that logs and audit events name their trace, but leave for nowhere. */
  exportOver: TraceProtocol | undefined;
}

/** @throws Error when the protocol is one that is not spoken here */
export function readTelemetrySettings(environment: NodeJS.ProcessEnv): TelemetrySettings {
  const endpoint = environment.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT || environment.OTEL_EXPORTER_OTLP_ENDPOINT;
  const isExporting = Boolean(endpoint) && environment.OTEL_TRACES_EXPORTER !== "none";
  return {
    isDisabled: environment.OTEL_SDK_DISABLED?.toLowerCase() === "true",
    exportOver: isExporting ? protocolOf(environment) : undefined,
  };
}

function protocolOf(environment: NodeJS.ProcessEnv): TraceProtocol {
  const protocol =
    environment.OTEL_EXPORTER_OTLP_TRACES_PROTOCOL || environment.OTEL_EXPORTER_OTLP_PROTOCOL || "http/protobuf";
  if (protocol === "http/protobuf" || protocol === "http/json") return protocol;
  throw new Error(
    `OTEL_EXPORTER_OTLP_PROTOCOL=${protocol} is not supported: it is http/protobuf (port 4318 of a collector) or http/json.`,
  );
}

export interface MetricsSettings {
  host: string;
  /** 0: any that is free. */
  port: number;
}

const DEFAULT_METRICS_PORT = 9464;

/** Where this process serves its metrics; undefined: nowhere. @throws Error when METRICS_PORT is no port */
export function readMetricsSettings(environment: NodeJS.ProcessEnv): MetricsSettings | undefined {
  const { METRICS_PORT = String(DEFAULT_METRICS_PORT), METRICS_HOST } = environment;
  if (METRICS_PORT === "" || METRICS_PORT.toLowerCase() === "off") return undefined;
  const port = Number(METRICS_PORT);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new Error(`METRICS_PORT=${METRICS_PORT} is no port: it is 0 to 65535, or off.`);
  }
  return { host: METRICS_HOST || "127.0.0.1", port };
}
