import { describe, expect, it } from "vitest";
import { databaseSettings, readSettings, serviceSettings } from "./settings.js";

const schema = serviceSettings.extend(databaseSettings.shape);
const good = { PORT: "4001", GATEWAY_SECRET: "x".repeat(32), DATABASE_URL: "postgres://role:word@localhost:5432/name" };

describe("settings", () => {
  it("are read from the environment, with defaults for what it leaves out or empty", () => {
    expect(readSettings(schema, { ...good, HOST: "" })).toMatchObject({
      PORT: 4001,
      HOST: "127.0.0.1",
      LOG_LEVEL: "info",
    });
  });

  it("report all faults together, and print no secret", () => {
    expect(() =>
      readSettings(schema, { PORT: "eighty", GATEWAY_SECRET: "short", DATABASE_URL: "mysql://localhost" }),
    ).toThrow(/PORT: .*\n.*GATEWAY_SECRET: at least 32 characters.*\n.*DATABASE_URL: a connection string/s);
    expect(() => readSettings(schema, { ...good, GATEWAY_SECRET: "hunter2" })).toThrow(/^(?!.*hunter2)/s);
  });

  it("can't be changed afterwards", () => {
    expect(Object.isFrozen(readSettings(schema, good))).toBe(true);
  });
});
