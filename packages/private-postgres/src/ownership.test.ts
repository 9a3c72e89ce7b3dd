import { chmod, mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { adopt, firstUnreachable } from "./ownership.js";

describe.skipIf(process.platform === "win32")("a folder that another user is to enter", () => {
  const stranger = { uid: 4_000_001, gid: 4_000_001 };
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "ownership-"));
    await mkdir(path.join(folder, "closed", "data"), { recursive: true });
    await chmod(folder, 0o755);
  });
  afterEach(() => rm(folder, { recursive: true }));

  it("is reachable when all folders above it are open", async () => {
    expect(await firstUnreachable(path.join(folder, "closed", "data"), stranger)).toBeUndefined();
  });

  it("names the outermost folder that is closed", async () => {
    await chmod(path.join(folder, "closed"), 0o700);
    expect(await firstUnreachable(path.join(folder, "closed", "data"), stranger)).toBe(path.join(folder, "closed"));
  });

  it("is not given away when a folder above it is closed, and the error says what to do", async () => {
    const closed = path.join(folder, "closed");
    await chmod(closed, 0o700);
    await expect(adopt(path.join(closed, "data"), "/bin/sh", stranger)).rejects.toThrow(`chmod o+x ${closed}`);
  });
});
