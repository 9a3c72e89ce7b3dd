import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";

/**
 * SHA-256 of a migration's source, line ends and trailing blanks aside: the same whether it runs from source or built.
 * Null where the package was installed without its sources.
 */
export async function sourceChecksum(schema: string, name: string): Promise<string | null> {
  try {
    return checksum(await readFile(new URL(`../src/${schema}/${name}.ts`, import.meta.url), "utf8"));
  } catch {
    return null;
  }
}

/** SHA-256, hexadecimal, of a text whose line ends and trailing blanks don't count. */
export function checksum(text: string): string {
  const normalised = text
    .replace(/\r\n/g, "\n")
    .replace(/[ \t]+$/gm, "")
    .trimEnd();
  return createHash("sha256").update(normalised).digest("hex");
}
