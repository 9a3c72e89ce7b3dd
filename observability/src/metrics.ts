import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { metrics, type DiagLogger } from "@opentelemetry/api";
import { PrometheusExporter } from "@opentelemetry/exporter-prometheus";
import { registerInstrumentations } from "@opentelemetry/instrumentation";
import { RuntimeNodeInstrumentation } from "@opentelemetry/instrumentation-runtime-node";
import type { Resource } from "@opentelemetry/resources";
import { MeterProvider } from "@opentelemetry/sdk-metrics";
import type { MetricsSettings } from "./settings.js";

/** Prometheus's text format; without the version a scraper has to guess. */
const CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

/**
 * Collects metrics of this process, its event loop, heap and garbage among them, and serves them to Prometheus at
 * `/metrics`. A port that can't be had costs the metrics, never the service: it is a warning in the log.
 */
export function startMetrics(settings: MetricsSettings, resource: Resource, log: DiagLogger): void {
  const reader = new PrometheusExporter({ preventServerStart: true });
  const provider = new MeterProvider({ resource, readers: [reader] });
  metrics.setGlobalMeterProvider(provider);
  registerInstrumentations({ meterProvider: provider, instrumentations: [new RuntimeNodeInstrumentation()] });
  serve(reader, settings, log);
}

/** Not by the exporter's own server, which knows no port 0. */
function serve(reader: PrometheusExporter, { host, port }: MetricsSettings, log: DiagLogger): void {
  const server = createServer((request, response) => {
    if (request.method !== "GET" || request.url?.split("?")[0] !== "/metrics") {
      response.writeHead(404).end();
      return;
    }
    reader.getMetricsRequestHandler(request, response);
    response.setHeader("content-type", CONTENT_TYPE);
  });
  server.on("error", (error) => {
    log.warn(
      `there are no metrics of this process at ${host}:${port}: ${error.message}. METRICS_PORT says where else.`,
    );
  });
  server.listen(port, host, () => {
    // Of a port that somebody chose they know.
    if (port === 0) log.info(`metrics are at http://${host}:${(server.address() as AddressInfo).port}/metrics`);
  });
  // Metrics alone are no reason for a process to go on.
  server.unref();
}
