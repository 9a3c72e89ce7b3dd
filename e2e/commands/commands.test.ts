import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import pg from "pg";
import { describe, expect, inject, it } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Runs an npm script as a person would, on the supergraph that runs. */
async function npm(...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)("npm", ["run", "-s", ...args], {
    cwd: root,
    env: { ...process.env, DATA_DIR: inject("supergraph").dataDirectory },
  });
  return stdout;
}

describe("while the supergraph runs", () => {
  it("npm run -s db:url prints a connection string that works, and nothing else", async () => {
    const [url = "", ...rest] = (await npm("db:url")).split("\n");
    expect(rest).toEqual([""]);
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    const { rows } = await client.query<{ count: string }>("select count(*) from audit.event");
    await client.end();
    expect(Number(rows[0]?.count)).toBeGreaterThan(0);
  });

  it("npm run migrate status shows that all is applied, and up has nothing to do", { timeout: 60_000 }, async () => {
    const [heading, ...lines] = (await npm("migrate", "status")).trim().split("\n");
    expect(heading).toMatch(/^STATE +MIGRATION +APPLIED +BY +TOOK$/);
    expect(lines.length).toBeGreaterThan(5);
    expect(lines.filter((line) => !line.startsWith("applied "))).toEqual([]);
    expect(await npm("migrate", "up")).toBe("Nothing is pending.\n");
  });
});

describe("with wrong settings", () => {
  it.each(["db:url", "migrate -- status"])(
    "npm run %s names them, and shows no stack",
    { timeout: 60_000 },
    async (script) => {
      const environment = { ...process.env, DATABASE_URL: "nowhere", PORT: "none" };
      const run = promisify(execFile)("npm", ["run", "-s", ...script.split(" ")], { cwd: root, env: environment });
      const { code, stderr } = await run.then(
        () => ({ code: 0, stderr: "" }),
        (failure: unknown) => failure as { code: number; stderr: string },
      );
      expect(code).toBe(1);
      expect(stderr).toMatch(/^The settings are not valid:\n {2}PORT: .*\n {2}DATABASE_URL: .*\n$/);
    },
  );
});
