import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** `npm run audit:verify -- --database`, on the supergraph that runs. */
function verify(...args: string[]): Promise<{ code: number; output: string }> {
  const environment = { ...process.env, DATA_DIR: inject("supergraph").dataDirectory };
  const command = ["run", "-s", "audit:verify", "--", "--database", ...args];
  return new Promise((resolve) => {
    execFile("npm", command, { cwd: root, env: environment }, (error, stdout, stderr) => {
      resolve({ code: error ? Number(error.code) : 0, output: stdout + stderr });
    });
  });
}

async function ownersUrl(): Promise<string> {
  const environment = { ...process.env, DATA_DIR: inject("supergraph").dataDirectory };
  const { stdout } = await promisify(execFile)("npm", ["run", "-s", "db:url"], { cwd: root, env: environment });
  return stdout.trim();
}

describe("npm run audit:verify -- --database", { timeout: 120_000 }, () => {
  let owner: pg.Client;
  beforeAll(async () => {
    owner = new pg.Client({ connectionString: await ownersUrl() });
    await owner.connect();
  });
  afterAll(() => owner.end());

  it("proves the log of the supergraph that runs, people's values with it", async () => {
    const { code, output } = await verify();
    expect(output).toMatch(/^PROVEN: [1-9]\d* events? of the database's log, leaves \[0, /);
    expect(output).not.toContain("not checked");
    expect(code).toBe(0);
  });

  it("names the leaf that a superuser has changed, and proves the log again when it is as it was", async () => {
    const { rows } = await owner.query<{ path: string | null }>("select path from audit.event where leaf_index = 0");
    const setPath = (to: unknown) => owner.query("update audit.event set path = $1 where leaf_index = 0", [to]);
    await setPath("elsewhere");
    try {
      const { code, output } = await verify();
      expect(output).toMatch(/^TAMPERED: 1 problem in /);
      expect(output).toContain("MODIFIED: Leaf 0, event ");
      expect(code).toBe(1);
    } finally {
      await setPath(rows[0]?.path);
    }
    expect((await verify("--to", "1")).code).toBe(0);
  });

  it("refuses a range beyond the log with exit code 2", async () => {
    const { code, output } = await verify("--to", "999999999");
    expect({ code, output }).toEqual({ code: 2, output: expect.stringContaining("leaves, not 999999999") as unknown });
  });
});
