import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { runCommand } from "./command.js";

describe("the command line", () => {
  const said = vi.spyOn(console, "error");
  const words = (): string => said.mock.calls.flat().join("\n");

  beforeEach(() => void said.mockImplementation(() => undefined));
  afterEach(() => void said.mockReset());

  it.each([[[]], [["sideways"]], [["up", "down"]], [["down", "--steps", "0"]], [["up", "--unknown"]]])(
    "answers %j with its usage and exit code 2",
    async (args) => {
      expect(await runCommand(args, { DATABASE_URL: "postgresql://owner@127.0.0.1:1/nowhere" })).toBe(2);
      expect(words()).toContain("Usage: migrate <command>");
    },
  );

  it("names all faults of the environment at once", async () => {
    expect(await runCommand(["up"], { DATABASE_URL: "http://x", USERS_DATABASE_PASSWORD: "" })).toBe(2);
    expect(words()).toContain("DATABASE_URL");
    expect(words()).toContain("USERS_DATABASE_PASSWORD");
  });

  it("exits with 1 and says why when the database is away", async () => {
    expect(await runCommand(["status"], { DATABASE_URL: "postgresql://owner@127.0.0.1:1/nowhere" })).toBe(1);
    expect(words()).toContain("ECONNREFUSED");
  });
});
