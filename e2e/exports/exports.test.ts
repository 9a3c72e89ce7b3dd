import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { administrator, personWithRole, register, type Person } from "../harness/client.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const node = path.join(root, "node_modules/.bin/node");

interface Line {
  id: string;
  leaf_index: number;
  action: string;
  user_id: string | null;
  actor_label: string | null;
}

let auditor: Person;
let somebody: Person;
let folder: string;

beforeAll(async () => {
  auditor = await personWithRole("auditor", await administrator());
  somebody = await register("Exa");
  folder = await mkdtemp(path.join(tmpdir(), "supergraph-exports-"));
});
afterAll(() => rm(folder, { recursive: true }));

const exported = (query: string, person: Person | undefined = auditor) =>
  fetch(`${inject("supergraph").origin}/audit/export${query}`, {
    headers: person ? { authorization: `Bearer ${person.accessToken ?? ""}` } : {},
  });

/** Until what was done is sealed, and a checkpoint covers it. */
async function textOf(query: string, isThere: (text: string) => boolean): Promise<string> {
  let text = "";
  const read = async () => isThere((text = await (await exported(query)).text()));
  await expect.poll(read, { timeout: 20_000, interval: 500 }).toBe(true);
  return text;
}

async function verify(text: string): Promise<{ code: number | null; words: string }> {
  const file = path.join(folder, "export.ndjson");
  await writeFile(file, text);
  // Offline: it is told of no database and no data directory.
  const child = spawn(node, [path.join(root, "topology/dist/audit-verify.js"), file], { cwd: folder, env: {} });
  let words = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (words += String(chunk)));
  await once(child, "close");
  return { code: child.exitCode, words };
}

describe("an export through the endpoint", () => {
  it("proves itself offline, and no longer once a letter of it was changed", async () => {
    const text = await textOf(`?user_id=${somebody.id}&proofs=true`, (found) => found.includes("auth.register"));
    expect(await verify(text)).toMatchObject({ code: 0 });
    const tampered = await verify(text.replace('"auth.register"', '"auth.unregister"'));
    expect(tampered.code).toBe(1);
    expect(tampered.words).toMatch(/leaf \d+/);
    expect((await verify(text.slice(0, text.length / 2))).code).toBe(2);
  });

  it("of the whole log proves itself by its tree", async () => {
    const text = await textOf("", (found) => found.includes(somebody.id));
    expect(await verify(text)).toMatchObject({ code: 0 });
  });

  it("comes as a spreadsheet and in OCSF", async () => {
    const csv = await exported(`?format=csv&user_id=${somebody.id}`);
    expect(csv.headers.get("content-type")).toContain("text/csv");
    expect(csv.headers.get("content-disposition")).toMatch(/^attachment; filename="audit-.*\.csv"$/);
    expect(await csv.text()).toContain("auth.register");
    const ocsf = await exported(`?format=ocsf&user_id=${somebody.id}`);
    const [first] = (await ocsf.text()).split("\n");
    expect(JSON.parse(first ?? "")).toMatchObject({ metadata: { version: "1.9.0" }, class_uid: 3004 });
  });

  it("is for auditors, and of their own acts for everybody; nobody gets anything without a token", async () => {
    expect((await exported("", somebody)).status).toBe(403);
    expect((await exported(`?user_id=${somebody.id}`, somebody)).status).toBe(200);
    const anonymous = await fetch(`${inject("supergraph").origin}/audit/export`);
    expect(anonymous.status).toBe(401);
    const wrong = await exported("?format=pdf&since=soon");
    expect(wrong.status).toBe(400);
    const { errors } = (await wrong.json()) as { errors: { extensions: { fields: { path: string }[] } }[] };
    expect(errors[0]?.extensions.fields.map(({ path: field }) => field).sort()).toEqual(["format", "since"]);
  });
});

it("the log is followed live at a terminal, as people did what they do, until Ctrl-C", async () => {
  const child = spawn(node, [path.join(root, "topology/dist/audit-tail.js"), "--last", "1"], {
    cwd: root,
    env: { DATA_DIR: inject("supergraph").dataDirectory },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const lines: Line[] = [];
  createInterface(child.stdout).on("line", (line) => lines.push(JSON.parse(line) as Line));
  await expect.poll(() => lines.length, { timeout: 20_000 }).toBeGreaterThan(0);
  const newcomer = await register("Tim");
  const ofNewcomer = () => lines.find(({ user_id }) => user_id === newcomer.id);
  await expect.poll(ofNewcomer, { timeout: 10_000 }).toMatchObject({
    action: "auth.register",
    actor_label: newcomer.email,
    leaf_index: expect.any(Number) as number,
  });
  child.kill("SIGINT");
  expect(await once(child, "exit")).toEqual([0, null]);
});
