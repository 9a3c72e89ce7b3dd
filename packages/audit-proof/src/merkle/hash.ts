import { hash } from "node:crypto";

export const HASH_BYTES = 32;
const LEAF = Buffer.of(0x00);
const NODE = 0x01;

/** A node's bytes: written over for each, as a tree has many. */
const node = Buffer.alloc(1 + 2 * HASH_BYTES, NODE);

const sha256 = (bytes: Uint8Array): Buffer => hash("sha256", bytes, "buffer");

/** The root of a tree without leaves (RFC 9162 2.1.1). */
export const EMPTY_ROOT: Buffer = sha256(Buffer.alloc(0));

/** The hash of a leaf that holds `data` (RFC 9162 2.1.1). */
export const leafHash = (data: Uint8Array): Buffer => sha256(Buffer.concat([LEAF, data]));

/** The hash of a node with two children (RFC 9162 2.1.1). */
export function nodeHash(left: Buffer, right: Buffer): Buffer {
  // Of a proof that somebody made up.
  if (left.length !== HASH_BYTES || right.length !== HASH_BYTES)
    return sha256(Buffer.concat([Buffer.of(NODE), left, right]));
  node.set(left, 1);
  node.set(right, 1 + HASH_BYTES);
  return sha256(node);
}

/** The root of a tree whose complete subtrees, left to right, have these roots. */
export function foldRight(hashes: readonly Buffer[]): Buffer {
  return hashes.length === 0 ? EMPTY_ROOT : hashes.reduceRight((right, left) => nodeHash(left, right));
}

/**
 * The root of a complete tree over these hashes; their number is a power of 2. In place of a copy of them: a buffer for
 * each node would be most of what a proof costs.
 */
export function completeRoot(hashes: readonly Buffer[]): Buffer {
  const row = Buffer.concat(hashes);
  for (let width = hashes.length; width > 1; width /= 2) {
    for (let at = 0; at < width / 2; at++) {
      row.copy(node, 1, 2 * at * HASH_BYTES, 2 * (at + 1) * HASH_BYTES);
      row.write(hash("sha256", node, "latin1"), at * HASH_BYTES, "latin1");
    }
  }
  return Buffer.from(row.subarray(0, HASH_BYTES));
}
