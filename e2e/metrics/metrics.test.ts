import { describe, expect, inject, it } from "vitest";

const { origin, metrics } = inject("supergraph");

describe("what Prometheus is told", () => {
  it.each(["gateway", "users", "auth", "dynamic", "audit"] as const)(
    "says how long requests to %s take, and how its process does",
    async (name) => {
      // The gateway asks each of them.
      expect((await fetch(`${origin}/health/ready`)).status).toBe(200);
      const response = await fetch(metrics[name]);
      expect(response.headers.get("content-type")).toContain("version=0.0.4");
      const text = await response.text();
      expect(text).toMatch(new RegExp(`^http_server_request_duration_count{.*service_part="${name}"`, "m"));
      expect(text).toMatch(/^nodejs_eventloop_utilization/m);
    },
  );

  it("is not told at the port that clients reach", async () => {
    expect((await fetch(`${origin}/metrics`)).status).toBe(404);
  });
});
