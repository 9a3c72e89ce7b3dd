import { createPublicKey, generateKeyPairSync, createHash, sign } from "node:crypto";
import { describe, expect, it } from "vitest";
import { openCosignatures } from "./cosignature.js";
import { NoteError } from "./note-error.js";
import { openNote } from "./open-note.js";
import { parseCosignerKey, parseVerifierKey } from "./verifier-key.js";

/** The example of C2SP tlog-cosignature. */
const EXAMPLE = `example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
`;

/** A witness by the letter of C2SP tlog-cosignature. */
function witness(name: string) {
  const { privateKey } = generateKeyPairSync("ed25519");
  const raw = Buffer.from(createPublicKey(privateKey).export({ format: "jwk" }).x ?? "", "base64url");
  const typed = Buffer.concat([Buffer.of(0x04), raw]);
  const keyId = createHash("sha256").update(`${name}\n`).update(typed).digest().subarray(0, 4);
  const cosign = (note: string, seconds = 1_679_315_147) => {
    const text = note.slice(0, note.indexOf("\n\n") + 1);
    const time = Buffer.alloc(8);
    time.writeBigUInt64BE(BigInt(seconds));
    const signature = sign(null, Buffer.from(`cosignature/v1\ntime ${seconds}\n${text}`), privateKey);
    return `— ${name} ${Buffer.concat([keyId, time, signature]).toString("base64")}\n`;
  };
  return { cosign, key: `${name}+${keyId.toString("hex")}+${typed.toString("base64")}` };
}

const codeOf = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    if (error instanceof NoteError) return error.code;
  }
  return "none";
};

describe("the cosignatures of a checkpoint", () => {
  const [one, other] = [witness("witness.example/w1"), witness("witness.example/w2")];
  const cosigners = [parseCosignerKey(one.key)];

  it("are those of the witnesses that are known, each with its moment", () => {
    const lines = other.cosign(EXAMPLE) + one.cosign(EXAMPLE);
    expect(openCosignatures(EXAMPLE, lines, cosigners)).toEqual([
      {
        cosigner: one.key.split("+").slice(0, 2).join("+"),
        cosignedAt: new Date("2023-03-20T12:25:47Z"),
        line: one.cosign(EXAMPLE).trimEnd(),
      },
    ]);
  });

  it("leave the note one that opens by the log's own key, and are no signatures of a note themselves", () => {
    const [cosignature] = openCosignatures(EXAMPLE, one.cosign(EXAMPLE), cosigners);
    expect(codeOf(() => openNote(`${EXAMPLE}${cosignature?.line}\n`, cosigners))).toBe("BAD_SIGNATURE");
    expect(codeOf(() => parseVerifierKey(one.key))).toBe("MALFORMED");
  });

  it("are refused when they are of another checkpoint, moment or cut short", () => {
    const another = EXAMPLE.replace("20852163", "20852164");
    expect(codeOf(() => openCosignatures(EXAMPLE, one.cosign(another), cosigners))).toBe("BAD_SIGNATURE");
    const [, , encoded = ""] = one.cosign(EXAMPLE).trimEnd().split(" ");
    const bytes = Buffer.from(encoded, "base64");
    bytes.writeUInt8(bytes.readUInt8(11) ^ 1, 11);
    const moved = `— witness.example/w1 ${bytes.toString("base64")}\n`;
    expect(codeOf(() => openCosignatures(EXAMPLE, moved, cosigners))).toBe("BAD_SIGNATURE");
    const short = `— witness.example/w1 ${bytes.subarray(0, 9).toString("base64")}\n`;
    expect(codeOf(() => openCosignatures(EXAMPLE, short, cosigners))).toBe("BAD_SIGNATURE");
  });

  it.each(["no line\n", "— witness.example/w1\n", "\n— witness.example/w1 AAAAAAAA\n", "— a AAAAAAAA"])(
    "are not %j",
    (lines) => {
      expect(codeOf(() => openCosignatures(EXAMPLE, lines, cosigners))).toBe("MALFORMED");
    },
  );

  it("are none where a witness says nothing", () => {
    expect(openCosignatures(EXAMPLE, "", cosigners)).toEqual([]);
  });
});
