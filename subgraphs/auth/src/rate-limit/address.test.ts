import { describe, expect, it } from "vitest";
import { addressOf } from "./address.js";

describe("what counts as one address", () => {
  it("is an IPv4 address, however it is written", () => {
    expect(addressOf("192.0.2.7")).toBe("192.0.2.7");
    expect(addressOf("::ffff:192.0.2.7")).toBe("192.0.2.7");
    expect(addressOf("192.0.2.8")).not.toBe(addressOf("192.0.2.7"));
  });

  it("is the /64 of an IPv6 address, however it is written", () => {
    const network = "2001:db8:0:1::/64";
    for (const ip of ["2001:db8:0:1::1", "2001:0DB8:0:0001:ffff:ffff:ffff:ffff", "2001:db8:0:1:0:0:192.0.2.1"]) {
      expect(addressOf(ip)).toBe(network);
    }
    expect(addressOf("2001:db8:0:2::1")).toBe("2001:db8:0:2::/64");
    expect(addressOf("fe80::1%eth0")).toBe("fe80:0:0:0::/64");
    expect(addressOf("::1")).toBe("0:0:0:0::/64");
    expect(addressOf("2001:db8::")).toBe("2001:db8:0:0::/64");
  });

  it("is the same one for all that is no address", () => {
    expect(addressOf(undefined)).toBe("unknown");
    expect(addressOf("localhost")).toBe("unknown");
  });
});
