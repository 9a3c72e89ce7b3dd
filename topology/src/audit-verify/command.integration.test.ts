import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const command = fileURLToPath(new URL("../../dist/audit-verify.js", import.meta.url));
const fixture = (name: string) =>
  fileURLToPath(new URL(`../../../packages/audit-proof/src/export/fixtures/version-1.${name}`, import.meta.url));
const [file, notes, key] = [fixture("ndjson"), fixture("notes"), fixture("key")];
const otherKey = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";

/** Nothing but the files: no setting and no database of this machine. */
const run = (...args: string[]) => spawnSync(process.execPath, [command, ...args], { env: {}, encoding: "utf8" });

describe("npm run audit:verify, as a process", () => {
  it.each([
    {
      answers: "an export that is proven",
      code: 0,
      args: [file, "--key", key, "--checkpoint", notes],
      words: "PROVEN:",
    },
    { answers: "one that the key didn't sign", code: 1, args: [file, "--key", otherKey], words: "BAD_SIGNATURE:" },
    { answers: "a file that is no export", code: 2, args: [notes], words: "UNREADABLE:" },
  ])("answers $answers with exit code $code", ({ code, args, words }) => {
    const { status, stdout, stderr } = run(...args);
    expect({ status, stderr }).toEqual({ status: code, stderr: "" });
    expect(stdout).toContain(words);
  });
});
