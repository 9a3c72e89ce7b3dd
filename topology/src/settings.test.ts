import { describe, expect, it } from "vitest";
import { readLauncherSettings } from "./settings.js";

const metricsPorts = (environment: NodeJS.ProcessEnv) => {
  const { gateway, users, auth, dynamic, audit } = readLauncherSettings(environment).metricsPorts;
  return [gateway, users, auth, dynamic, audit];
};

describe("the ports of metrics, when each service is a process", () => {
  it("are 9464 and the four after it, or METRICS_PORT and the four after that", () => {
    expect(metricsPorts({})).toEqual([9464, 9465, 9466, 9467, 9468]);
    expect(metricsPorts({ METRICS_PORT: "9500", AUTH_METRICS_PORT: "7000" })).toEqual([9500, 9501, 7000, 9503, 9504]);
  });

  it("are any that are free for 0, and none for off or an empty setting", () => {
    expect(metricsPorts({ METRICS_PORT: "0" })).toEqual([0, 0, 0, 0, 0]);
    expect(metricsPorts({ METRICS_PORT: "off" })).toEqual(["off", "off", "off", "off", "off"]);
    expect(metricsPorts({ METRICS_PORT: "" })).toEqual(["off", "off", "off", "off", "off"]);
    expect(() => metricsPorts({ METRICS_PORT: "eighty" })).toThrow(/METRICS_PORT/);
  });
});
