import { mkdir, mkdtemp, readlink, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, it } from "vitest";
import { linkLibraries } from "./binaries.js";

it("makes the library links that an installation without scripts left out, also when others make them too", async () => {
  const folder = await mkdtemp(path.join(tmpdir(), "binaries-"));
  try {
    await mkdir(path.join(folder, "native", "lib"), { recursive: true });
    const links = [{ source: "native/lib/libpq.so.5.18", target: "native/lib/libpq.so.5" }];
    await writeFile(path.join(folder, "native", "pg-symlinks.json"), JSON.stringify(links));
    await Promise.all([linkLibraries(folder), linkLibraries(folder), linkLibraries(folder)]);
    expect(await readlink(path.join(folder, "native", "lib", "libpq.so.5"))).toBe("libpq.so.5.18");
  } finally {
    await rm(folder, { recursive: true });
  }
});

it("has nothing to link where the package lists no links", async () => {
  await expect(linkLibraries(path.join(tmpdir(), "no such package"))).resolves.toBeUndefined();
});
