import { createHash, createPublicKey, verify } from "node:crypto";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { beforeAll, describe, expect, inject, it } from "vitest";
import { administrator, personWithRole, register, type Person } from "../harness/client.js";
import { OUTPUT_FILE } from "../harness/supergraph.js";

interface Proof {
  leafIndex: number;
  leafHash: string;
  treeSize: number;
  rootHash: string;
  path: string[];
  checkpoint: string;
}
interface Checkpoint {
  treeSize: number;
  rootHash: string;
  note: string;
}

/** RFC 9162 and C2SP signed-note, as an auditor would write them down: nothing here is ours. */
const sha256 = (...parts: Uint8Array[]) => createHash("sha256").update(Buffer.concat(parts)).digest();
const node = (left: Buffer, right: Buffer) => sha256(Buffer.of(1), left, right);
const bytes = (hash: string) => Buffer.from(hash, "hex");

/** 2.1.3.2. */
function rootByInclusion({ leafIndex, leafHash, treeSize, path }: Proof): string {
  let [fn, sn, r] = [leafIndex, treeSize - 1, bytes(leafHash)];
  for (const p of path.map(bytes)) {
    if (sn === 0) throw new Error("The path is too long");
    if (fn % 2 === 1 || fn === sn) {
      r = node(p, r);
      while (fn % 2 === 0 && fn !== 0) [fn, sn] = [fn >> 1, sn >> 1];
    } else r = node(r, p);
    [fn, sn] = [fn >> 1, sn >> 1];
  }
  if (sn !== 0) throw new Error("The path is too short");
  return r.toString("hex");
}

/** 2.1.4.2. */
function rootsByConsistency(first: Checkpoint, second: Checkpoint, proof: string[]): [string, string] {
  const isPower = Number.isInteger(Math.log2(first.treeSize));
  const [start = Buffer.alloc(0), ...others] = [...(isPower ? [first.rootHash] : []), ...proof].map(bytes);
  let [fn, sn, fr, sr] = [first.treeSize - 1, second.treeSize - 1, start, start];
  while (fn % 2 === 1) [fn, sn] = [fn >> 1, sn >> 1];
  for (const c of others) {
    if (sn === 0) throw new Error("The proof is too long");
    if (fn % 2 === 1 || fn === sn) {
      [fr, sr] = [node(c, fr), node(c, sr)];
      while (fn % 2 === 0 && fn !== 0) [fn, sn] = [fn >> 1, sn >> 1];
    } else sr = node(sr, c);
    [fn, sn] = [fn >> 1, sn >> 1];
  }
  if (sn !== 0) throw new Error("The proof is too short");
  return [fr.toString("hex"), sr.toString("hex")];
}

/** What a signed note says, once its signature is verified by the key that was kept. */
function opened(note: string, verifierKey: string): Checkpoint {
  const [, name = "", id = "", key = ""] = /^([^+]+)\+([0-9a-f]{8})\+(.+)$/.exec(verifierKey) ?? [];
  const text = note.slice(0, note.indexOf("\n\n") + 1);
  const line = note.split("\n").find((signature) => signature.startsWith(`— ${name} `)) ?? "";
  const signature = Buffer.from(line.slice(`— ${name} `.length), "base64");
  const x = Buffer.from(key, "base64").subarray(1).toString("base64url");
  const publicKey = createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x }, format: "jwk" });
  expect(signature.subarray(0, 4).toString("hex")).toBe(id);
  expect(verify(null, Buffer.from(text), publicKey, signature.subarray(4))).toBe(true);
  const [origin, size, root = ""] = text.split("\n");
  expect(origin).toBe(name);
  return { treeSize: Number(size), rootHash: Buffer.from(root, "base64").toString("hex"), note };
}

const EVENTS = `query Events($filter: AuditEventFilter) { auditEvents(filter: $filter, first: 100) {
  nodes { leafIndex proof { leafIndex leafHash treeSize rootHash path checkpoint } } } }`;
const CHECKPOINT = "{ auditVerifierKey auditCheckpoint { treeSize rootHash note } }";
const CONSISTENCY = `query Consistency($from: BigInt!, $to: BigInt!) {
  auditConsistencyProof(fromSize: $from, toSize: $to) { path } }`;

describe("an auditor", () => {
  let auditor: Person;
  const latest = async () => {
    const data = await auditor.data<{ auditVerifierKey: string; auditCheckpoint: Checkpoint }>(CHECKPOINT);
    return { key: data.auditVerifierKey, checkpoint: data.auditCheckpoint };
  };
  const provenOf = async (person: Person) => {
    const { auditEvents } = await auditor.data<{ auditEvents: { nodes: { proof: Proof | null }[] } }>(EVENTS, {
      filter: { userId: person.id },
    });
    return auditEvents.nodes.map(({ proof }) => proof);
  };

  beforeAll(async () => {
    auditor = await personWithRole("auditor", await administrator());
  });

  it("proves that every change is in the signed log, and that the log was only appended to", async () => {
    await expect.poll(async () => (await latest()).checkpoint.treeSize, { timeout: 10_000 }).toBeGreaterThan(0);
    const first = await latest();
    opened(first.checkpoint.note, first.key);

    const person = await register("Vera");
    for (const [version, name] of ["V.", "Vee", "Vera E."].entries()) {
      await person.data(
        `mutation Rename($id: ID!, $name: String!, $version: Int!) {
          updateUser(id: $id, input: { displayName: $name }, expectedVersion: $version) { version } }`,
        { id: person.id, name, version: version + 1 },
      );
    }
    await expect
      .poll(async () => (await provenOf(person)).filter(Boolean), { timeout: 10_000, interval: 200 })
      .toHaveLength(4);

    for (const proof of await provenOf(person)) {
      if (!proof) throw new Error("An event has lost its proof");
      const signed = opened(proof.checkpoint, first.key);
      expect(signed).toMatchObject({ treeSize: proof.treeSize, rootHash: proof.rootHash });
      expect(rootByInclusion(proof)).toBe(signed.rootHash);
    }
    const { checkpoint: second } = await latest();
    expect(opened(second.note, first.key)).toEqual(second);
    expect(second.treeSize).toBeGreaterThan(first.checkpoint.treeSize);
    const { auditConsistencyProof } = await auditor.data<{ auditConsistencyProof: { path: string[] } }>(CONSISTENCY, {
      from: first.checkpoint.treeSize,
      to: second.treeSize,
    });
    const roots = rootsByConsistency(first.checkpoint, second, auditConsistencyProof.path);
    expect(roots).toEqual([first.checkpoint.rootHash, second.rootHash]);
  });

  it("finds each checkpoint in the witness's file and in the log stream, as it was signed", async () => {
    const { checkpoint, key } = await latest();
    const { dataDirectory } = inject("supergraph");
    const read = (file: string) => readFile(path.join(dataDirectory, file), "utf8");
    const loggedNow = async () => {
      const lines = (await read(OUTPUT_FILE)).split("\n").filter((line) => line.includes('"audit.checkpoint"'));
      return lines.map((line) => JSON.parse(line) as { tree_size: number; root_hash: string; note: string });
    };
    await expect.poll(() => read("audit-checkpoints.txt"), { timeout: 5_000 }).toContain(checkpoint.note);
    await expect
      .poll(async () => (await loggedNow()).map(({ note }) => note), { timeout: 5_000 })
      .toContain(checkpoint.note);
    const logged = await loggedNow();
    expect(logged.length).toBeGreaterThan(1);
    for (const { tree_size, root_hash, note } of logged)
      expect(opened(note, key)).toMatchObject({ treeSize: tree_size, rootHash: root_hash });
  });
});

it("a person who is no auditor learns neither how much the log holds nor what it is", async () => {
  const person = await register("Nora");
  for (const field of ["auditCheckpoint { treeSize }", "auditCheckpoints { totalCount }", "auditVerifierKey"])
    expect((await person.error(`{ ${field} }`)).extensions.code).toBe("FORBIDDEN");
  const error = await person.error(
    "query ($id: ID!) { auditEvents(filter: { userId: $id }) { nodes { id proof { treeSize } } } }",
    { id: person.id },
  );
  expect(error.extensions.code).toBe("FORBIDDEN");
});
