import { spawn } from "node:child_process";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { disposableDatabase, type DisposableDatabase } from "@supergraph/testing";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";

interface Span {
  name: string;
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  attributes: { key: string; value: unknown }[];
}

const register = fileURLToPath(new URL("../dist/register.js", import.meta.url));
const root = fileURLToPath(new URL("../../", import.meta.url));

/** Two units of work at once over one connection, each under a span of its own. */
const twoUnits = `
  import { trace } from "@opentelemetry/api";
  import { Database } from "@supergraph/persistence";
  const database = new Database({ url: process.env.DATABASE_URL, schema: "users", maximumConnections: 1 });
  const tracer = trace.getTracer("test");
  const unit = (name) =>
    tracer.startActiveSpan(name, async (span) => {
      await database.unitOfWork(async () => {
        await database.run((query) => query("person").where({ email: name + "@example.com" }).select("id"));
        await new Promise((resolve) => setTimeout(resolve, 20));
        await database.run((query) => query.raw("select 1 as " + name));
      });
      span.end();
    });
  await Promise.all([unit("one"), unit("two")]);
  await database.run((query) => query.raw("select 'without a parent'"));
  await database.close();
`;

describe("telemetry, loaded by node --import", () => {
  let receiver: Server;
  let database: DisposableDatabase;
  let resources: unknown[] = [];
  let spans: Span[] = [];

  beforeAll(async () => {
    database = await disposableDatabase();
    receiver = createServer((request, response) => {
      void (async () => {
        let body = "";
        for await (const chunk of request) body += String(chunk);
        const { resourceSpans } = JSON.parse(body) as {
          resourceSpans: { resource: unknown; scopeSpans: { spans: Span[] }[] }[];
        };
        resources.push(...resourceSpans.map(({ resource }) => resource));
        spans.push(...resourceSpans.flatMap(({ scopeSpans }) => scopeSpans).flatMap((scope) => scope.spans));
        response.setHeader("content-type", "application/json").end("{}");
      })();
    });
    await new Promise<void>((resolve) => receiver.listen(0, "127.0.0.1", resolve));
  });
  afterAll(async () => {
    receiver.close();
    await database.drop();
  });
  beforeEach(() => {
    spans = [];
    resources = [];
  });

  const endpoint = () => `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`;
  const run = (script: string, environment: Record<string, string>) => {
    const child = spawn(process.execPath, ["--import", register, "--input-type=module", "-e", script], {
      cwd: root,
      env: {
        PATH: process.env.PATH,
        DATABASE_URL: database.url("users"),
        OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
        METRICS_PORT: "off",
        ...environment,
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    child.stdout.on("data", (chunk) => (output += String(chunk)));
    child.stderr.on("data", (chunk) => (output += String(chunk)));
    const ended = new Promise<{ code: number | null; signal: string | null; output: string }>((resolve) =>
      child.on("close", (code, signal) => resolve({ code, signal, output })),
    );
    return { child, ended, says: (word: string) => expect.poll(() => output).toContain(word) };
  };

  it("puts each statement under the span that was active when it was asked for, without its parameters", async () => {
    const { code, output } = await run(twoUnits, { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint() }).ended;
    expect({ code, output }).toEqual({ code: 0, output: "" });
    for (const name of ["one", "two"]) {
      const unit = spans.find((span) => span.name === name);
      const children = spans.filter(({ parentSpanId }) => parentSpanId === unit?.spanId);
      const statements = children.map(({ attributes }) => JSON.stringify(attributes)).join("\n");
      expect(statements).toContain("BEGIN");
      expect(statements).toContain("person");
      expect(statements).toContain(`select 1 as ${name}`);
      expect(statements).toContain("COMMIT");
      expect(new Set(children.map(({ traceId }) => traceId))).toEqual(new Set([unit?.traceId]));
    }
    const all = JSON.stringify(spans);
    expect(all).not.toContain("example.com");
    expect(all).not.toContain("without a parent");
    expect(JSON.stringify(resources)).toContain('{"key":"service.name","value":{"stringValue":"supergraph"}}');
  });

  it("honours the sampler and the service's name", async () => {
    const script = `import { trace } from "@opentelemetry/api"; trace.getTracer("test").startSpan("one").end();`;
    const environment = { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint(), OTEL_SERVICE_NAME: "users" };
    await run(script, environment).ended;
    expect(spans).toHaveLength(1);
    expect(JSON.stringify(resources)).toContain('"users"');
    await run(script, { ...environment, OTEL_TRACES_SAMPLER: "always_off" }).ended;
    expect(spans).toHaveLength(1);
  });

  it("gives trace ids, and reaches for nobody, without an endpoint", async () => {
    const script = `
      import { propagation, context, trace } from "@opentelemetry/api";
      trace.getTracer("test").startActiveSpan("one", (span) => {
        const headers = {};
        propagation.inject(context.active(), headers);
        console.log(headers.traceparent);
        span.end();
      });`;
    const { output } = await run(script, {}).ended;
    expect(output).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01\n$/);
  });

  it("says that gRPC is not supported", async () => {
    const { code, output } = await run("", {
      OTEL_EXPORTER_OTLP_ENDPOINT: endpoint(),
      OTEL_EXPORTER_OTLP_PROTOCOL: "grpc",
    }).ended;
    expect(code).toBe(1);
    expect(output).toContain("OTEL_EXPORTER_OTLP_PROTOCOL=grpc is not supported");
  });

  describe("when the process ends", () => {
    const span = `import { trace } from "@opentelemetry/api"; trace.getTracer("test").startSpan("last").end();`;
    const idle = `${span} setInterval(() => {}, 1000); console.log("up");`;

    it("sends what is left, and dies of the signal as it would have", async () => {
      const { child, ended, says } = run(idle, { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint() });
      await says("up");
      child.kill("SIGTERM");
      expect((await ended).signal).toBe("SIGTERM");
      expect(spans.map(({ name }) => name)).toEqual(["last"]);
    });

    it("leaves a service's own handling of signals alone", async () => {
      const script = `${idle} process.on("SIGTERM", () => { console.log("drained"); process.exit(7); });`;
      const { child, ended, says } = run(script, { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint() });
      await says("up");
      child.kill("SIGTERM");
      expect(await ended).toMatchObject({ code: 7, output: "up\ndrained\n" });
    });

    it("does not wait for a collector that is away", async () => {
      const started = performance.now();
      const { code } = await run(span, { OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:9" }).ended;
      expect(code).toBe(0);
      expect(performance.now() - started).toBeLessThan(4_000);
    });
  });
});
