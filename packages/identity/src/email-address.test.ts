import { describe, expect, it } from "vitest";
import { canonicalEmail } from "./email-address.js";

describe("an e-mail address", () => {
  it.each([
    ["Ada.Lovelace@Example.COM", "ada.lovelace@example.com"],
    ["ada+list@example.com", "ada+list@example.com"],
    ["ada@BÜCHER.example", "ada@xn--bcher-kva.example"],
    ["ada@xn--bcher-kva.example", "ada@xn--bcher-kva.example"],
    ["ada@ｅｘａｍｐｌｅ.com", "ada@example.com"],
    ["Jose\u0301@example.com", "jos\u00e9@example.com"],
    ["ÉCOLE@example.com", "école@example.com"],
  ])("%s is %s in its one form", (address, canonical) => {
    expect(canonicalEmail(address)).toBe(canonical);
    expect(canonicalEmail(canonical)).toBe(canonical);
  });

  it("of another mailbox has another form, however alike they look or fold", () => {
    const alike = [
      "i@example.com",
      "\u0130@example.com",
      "\u0131@example.com",
      "\u0456@example.com",
      "i\u0301@example.com",
    ];
    expect(new Set(alike.map(canonicalEmail)).size).toBe(alike.length);
    expect(canonicalEmail("mike@g\u0131thub.example")).not.toBe(canonicalEmail("mike@github.example"));
    expect(canonicalEmail("\u00df@example.com")).not.toBe(canonicalEmail("ss@example.com"));
    expect(canonicalEmail("\uFF41da@example.com")).not.toBe(canonicalEmail("ada@example.com"));
  });

  it.each([
    ["no at", "ada.example.com"],
    ["nothing before the at", "@example.com"],
    ["nothing after it", "ada@"],
    ["a trailing dot", "ada@example.com."],
    ["a space before", " ada@example.com"],
    ["a space after", "ada@example.com "],
    ["a line break", "ada@example.com\r\nBcc: eve@example.com"],
    ["two of them", "ada@example.com,eve@example.com"],
    ["a quoted local part", '"ada"@example.com'],
    ["a dot at an end", ".ada@example.com"],
    ["two dots", "ada..l@example.com"],
    ["a zero-width space", "ada\u200b@example.com"],
    ["a direction override", "ada\u202e@example.com"],
    ["NUL", "ada\0@example.com"],
    ["half a surrogate pair", "ada\ud800@example.com"],
    ["half a surrogate pair in the domain", "ada@ex\ud800ample.com"],
    ["a host without a domain", "ada@localhost"],
    ["an IP address", "ada@127.0.0.1"],
    ["an IP literal", "ada@[127.0.0.1]"],
    ["a label over 63", `ada@${"x".repeat(64)}.com`],
    ["a local part over 64", `${"x".repeat(65)}@example.com`],
    ["more than 254", `${"x".repeat(64)}@${`${"y".repeat(60)}.`.repeat(4)}example`],
  ])("is none with %s", (_, address) => {
    expect(canonicalEmail(address)).toBeUndefined();
  });
});
