import { isIPv4, isIPv6 } from "node:net";

const MAPPED_IPV4 = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;
const GROUPS = 8;
const NETWORK_GROUPS = 4;

/**
 * What counts as one address: an IPv4 address, or the /64 of an IPv6 one, for that is what a household or a host is
 * given (RFC 6177). All that is no address, or not known, counts as one.
 */
export function addressOf(ip: string | undefined): string {
  const [address = ""] = (ip ?? "").split("%");
  const mapped = MAPPED_IPV4.exec(address)?.[1] ?? address;
  if (isIPv4(mapped)) return mapped;
  if (!isIPv6(address)) return "unknown";
  // URL writes every IPv6 address in one way (RFC 5952), and an IPv4 tail in groups.
  const [head = "", tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split("::");
  const groups = (text: string) => (text === "" ? [] : text.split(":"));
  const written = [...groups(head), ...groups(tail ?? "")];
  const zeros = Array.from({ length: GROUPS - written.length }, () => "0");
  const all = [...groups(head), ...zeros, ...groups(tail ?? "")];
  return `${all.slice(0, NETWORK_GROUPS).join(":")}::/64`;
}
