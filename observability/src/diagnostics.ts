import type { DiagLogger } from "@opentelemetry/api";

/** What OpenTelemetry has to say of itself, e.g. that nobody takes its spans, in the shape of the services' logs. */
export function jsonLines(stream: { write(line: string): unknown }): DiagLogger {
  const at =
    (level: string) =>
    (message: string, ...details: unknown[]): void => {
      const line = {
        level,
        time: new Date().toISOString(),
        service: "telemetry",
        msg: [message, ...details].join(" "),
      };
      stream.write(`${JSON.stringify(line)}\n`);
    };
  return { error: at("error"), warn: at("warn"), info: at("info"), debug: at("debug"), verbose: at("trace") };
}
