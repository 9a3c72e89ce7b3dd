import { createPrivateKey, generateKeyPairSync } from "node:crypto";
import { describe, expect, it } from "vitest";
import { NoteSigner } from "./note-signer.js";
import { openNote } from "./open-note.js";
import { splitNotes } from "./split-notes.js";
import { parseVerifierKey } from "./verifier-key.js";

// The keys and notes of golang.org/x/mod/sumdb/note's note_test.go, the reference implementation of C2SP signed-note.
const peterKey = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
const peterSeed = "AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
const enochKey = "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop";
const text = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
const peterSignature =
  "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";
const enochSignature =
  "— EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n";
const note = `${text}\n${peterSignature}`;
const peter = parseVerifierKey(peterKey);
const enoch = parseVerifierKey(enochKey);

const PKCS8_OF_ED25519 = Buffer.from("302e020100300506032b657004220420", "hex");
const peterPrivateKey = createPrivateKey({
  key: Buffer.concat([PKCS8_OF_ED25519, Buffer.from(peterSeed, "base64").subarray(1)]),
  format: "der",
  type: "pkcs8",
});

describe("a signer of notes", () => {
  it("signs as the reference implementation does, byte by byte", () => {
    const signer = new NoteSigner("PeterNeumann", peterPrivateKey);
    expect(signer.verifierKey).toBe(peterKey);
    expect(signer.sign(text)).toBe(note);
  });

  it("takes no name that can't stand in a note, and no key of another kind", () => {
    expect(() => new NoteSigner("a b", peterPrivateKey)).toThrow("no spaces, no plus");
    expect(() => new NoteSigner("a+b", peterPrivateKey)).toThrow("no spaces, no plus");
    const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    expect(() => new NoteSigner("ec", privateKey)).toThrow("Ed25519");
  });

  it.each(["", "without an end", "tab\there\n", "lone \ud800\n"])("signs no text like %j", (bad) => {
    expect(() => new NoteSigner("PeterNeumann", peterPrivateKey).sign(bad)).toThrow("A note's text");
  });
});

describe("a verifier key", () => {
  it("is not taken when any part of it is missing", () => {
    for (let from = 0; from < peterKey.length; from++)
      for (let to = from + 1; to <= peterKey.length; to++)
        if (to - from < peterKey.length) expect(() => parseVerifierKey(peterKey.slice(from, to))).toThrow();
  });

  it("is not taken when any character of it is another", () => {
    for (let at = 0; at < peterKey.length; at++) {
      const other = String.fromCharCode(peterKey.charCodeAt(at) + 1);
      expect(() => parseVerifierKey(peterKey.slice(0, at) + other + peterKey.slice(at + 1))).toThrow();
    }
  });

  it.each([
    ["no key at all", "hello", "should read <name>+<8 hex digits>+<base64>"],
    ["a key that is too long", "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==", "base64"],
    ["another algorithm", "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", "not one of Ed25519"],
    ["another key's id", peterKey.replace("c74f20a3", "c74f20a4"), "doesn't belong to its id, c74f20a4"],
    ["a short key", "PeterNeumann+c74f20a3+ARpc", "has 2 bytes instead of 32"],
  ])("says what is wrong: %s", (_, key, message) => {
    expect(() => parseVerifierKey(key)).toThrow(message);
  });
});

describe("a note", () => {
  it("opens for who knows one of its signers", () => {
    expect(openNote(note + enochSignature, [peter])).toEqual({ text, verifiedBy: ["PeterNeumann"] });
    expect(openNote(note + enochSignature, [peter, enoch]).verifiedBy).toEqual(["PeterNeumann", "EnochRoot"]);
    expect(openNote(note + peterSignature, [peter]).verifiedBy).toEqual(["PeterNeumann"]);
  });

  it("opens for nobody who knows none of its signers", () => {
    expect(() => openNote(note, [])).toThrow(expect.objectContaining({ code: "NOT_SIGNED" }));
    expect(() => openNote(note, [enoch])).toThrow("signed by PeterNeumann+c74f20a3, not by EnochRoot+af0cfe78");
  });

  it.each([
    ["another text", note.replace("cryptography", "cryptographY")],
    ["another signature", `${text}\n${peterSignature.slice(0, 60)}ABCD${peterSignature.slice(60)}`],
    ["a wrong signature beside a right one", note + peterSignature.replace("o/ZJ", "o/ZK")],
  ])("with %s has a bad signature", (_, changed) => {
    expect(() => openNote(changed, [peter])).toThrow(expect.objectContaining({ code: "BAD_SIGNATURE" }));
  });

  it.each([
    text,
    `${text}\n`,
    note.slice(0, -1),
    `\u0001${note}`,
    `${text}\n— Bad Name ${peterSignature.slice(15)}`,
    `${note}Unexpected line.\n`,
    `${text}\n— PeterNeumann x08go\n`,
    `${text}\n${peterSignature.repeat(101)}`,
    "",
  ])("is not %j", (bad) => {
    expect(() => openNote(bad, [peter])).toThrow(expect.objectContaining({ code: "MALFORMED" }));
  });
});

describe("a witness's copy", () => {
  const other = `other\n\ntext\n\n${enochSignature}`;

  it.each([
    ["one note", note, [note]],
    ["notes right after one another", note + other + note, [note, other, note]],
    ["notes with empty lines between them", `\n${note}\n\n${other}\n`, [note, other]],
    ["a note with two signatures", note + enochSignature + other, [note + enochSignature, other]],
    ["a last note that is cut off", `${note}log\n12\n`, [note, "log\n12\n"]],
    ["nothing", "", []],
  ])("holds %s", (_, copy, notes) => {
    expect(splitNotes(copy)).toEqual(notes);
  });
});
