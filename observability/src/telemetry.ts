import { diag, DiagLogLevel } from "@opentelemetry/api";
import { OTLPTraceExporter as JsonExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { OTLPTraceExporter as ProtobufExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import { registerInstrumentations } from "@opentelemetry/instrumentation";
import { PgInstrumentation } from "@opentelemetry/instrumentation-pg";
import { defaultResource, detectResources, envDetector, resourceFromAttributes } from "@opentelemetry/resources";
import { BatchSpanProcessor, type SpanExporter, type SpanProcessor } from "@opentelemetry/sdk-trace-base";
import { NodeTracerProvider } from "@opentelemetry/sdk-trace-node";
import { jsonLines } from "./diagnostics.js";
import { readMetricsSettings, readTelemetrySettings, type TraceProtocol } from "./settings.js";

const exporters: Record<TraceProtocol, new () => SpanExporter> = {
  "http/protobuf": ProtobufExporter,
  "http/json": JsonExporter,
};

/** The resource's attributes (`OTEL_RESOURCE_ATTRIBUTES`), with `OTEL_SERVICE_NAME` or "supergraph" as the service. */
const resource = () =>
  defaultResource()
    .merge(resourceFromAttributes({ "service.name": "supergraph" }))
    .merge(detectResources({ detectors: [envDetector] }));

/**
 * Starts tracing for this process: W3C trace context and baggage, spans over async calls and PostgreSQL, and their
 * export when an OTLP endpoint is set; and its metrics, served at METRICS_PORT. Must run before pg, and before whatever
 * takes a meter, is loaded. Undefined when OTEL_SDK_DISABLED.
 * @throws Error when the settings ask for what there is not
 */
export async function startTelemetry(environment: NodeJS.ProcessEnv): Promise<NodeTracerProvider | undefined> {
  const { isDisabled, exportOver } = readTelemetrySettings(environment);
  if (isDisabled) return undefined;
  const log = jsonLines(process.stderr);
  diag.setLogger(log, { logLevel: DiagLogLevel.WARN });
  const metrics = readMetricsSettings(environment);
  if (metrics) {
    // What a process without metrics need not wait for.
    const { startMetrics } = await import("./metrics.js");
    startMetrics(metrics, resource(), log);
  }

  const spanProcessors: SpanProcessor[] = exportOver ? [new BatchSpanProcessor(new exporters[exportOver]())] : [];
  const provider = new NodeTracerProvider({ resource: resource(), spanProcessors });
  provider.register();
  registerInstrumentations({
    tracerProvider: provider,
    // Statements carry their parameters as $1, and stay that way: the values are people's data.
    instrumentations: [new PgInstrumentation({ requireParentSpan: true, ignoreConnectSpans: true })],
  });
  return provider;
}
