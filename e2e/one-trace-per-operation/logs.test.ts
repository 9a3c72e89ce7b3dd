import { randomBytes, randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { expect, inject, it } from "vitest";
import { register } from "../harness/client.js";
import { OUTPUT_FILE } from "../harness/supergraph.js";

interface LogLine {
  level: string;
  service: string;
  request_id?: string;
  trace_id?: string;
  span_id?: string;
  user_id?: string;
  action?: string;
}

async function linesOf(requestId: string): Promise<LogLine[]> {
  const output = await readFile(path.join(inject("supergraph").dataDirectory, OUTPUT_FILE), "utf8");
  return output
    .split("\n")
    .filter((line) => line.startsWith("{") && line.includes(requestId))
    .map((line) => JSON.parse(line) as LogLine);
}

it("a log line says of which request, trace, span and person it is", async () => {
  const person = await register();
  const requestId = randomUUID();
  const traceId = randomBytes(16).toString("hex");
  await person.send(
    "mutation { logout }",
    {},
    {
      "x-request-id": requestId,
      traceparent: `00-${traceId}-${randomBytes(8).toString("hex")}-01`,
    },
  );
  await expect.poll(async () => (await linesOf(requestId)).length, { timeout: 5_000 }).toBeGreaterThan(0);
  expect(await linesOf(requestId)).toContainEqual(
    expect.objectContaining({
      level: "info",
      service: "auth",
      action: "auth.logout",
      request_id: requestId,
      trace_id: traceId,
      span_id: expect.stringMatching(/^[0-9a-f]{16}$/) as string,
      user_id: person.id,
    }),
  );
});
