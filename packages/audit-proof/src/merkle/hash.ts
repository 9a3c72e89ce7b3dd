import { hash } from "node:crypto";

export const HASH_BYTES = 32;
const LEAF = Buffer.of(0x00);
const NODE = Buffer.of(0x01);

const sha256 = (...parts: readonly Uint8Array[]): Buffer => hash("sha256", Buffer.concat(parts), "buffer");

/** The root of a tree without leaves (RFC 9162 2.1.1). */
export const EMPTY_ROOT: Buffer = sha256();

/** The hash of a leaf that holds `data` (RFC 9162 2.1.1). */
export const leafHash = (data: Uint8Array): Buffer => sha256(LEAF, data);

/** The hash of a node with two children (RFC 9162 2.1.1). */
export const nodeHash = (left: Buffer, right: Buffer): Buffer => sha256(NODE, left, right);

/** The root of a tree whose complete subtrees, left to right, have these roots. */
export function foldRight(hashes: readonly Buffer[]): Buffer {
  return hashes.length === 0 ? EMPTY_ROOT : hashes.reduceRight((right, left) => nodeHash(left, right));
}
