import { isIPv4, isIPv6 } from 'node:net';

const GROUPS = 8;
const NETWORK_GROUPS = 4;
/** IPv4 inside IPv6, or with a port, as some proxies write it. */
const WRAPPED_IPV4 = /^(?:::ffff:)?(\d+\.\d+\.\d+\.\d+)(?::\d+)?$/i;
/** What is no address stands for one address, so that making up more is of no use. */
const UNKNOWN = 'unknown';

/**
 * Whom an address stands for when counting: an IPv4 address for itself, an IPv6 address for its /64, which one
 * customer has to itself (RFC 6177), so that changing the lower half is no way around a limit. What a forwarding header
 * gave may be no address, and a connection that its client has reset has none any more.
 */
export function networkOf(address: string | undefined): string {
  if (address === undefined) return UNKNOWN;
  if (isIPv4(address)) return address;
  const wrapped = WRAPPED_IPV4.exec(address);
  if (wrapped !== null && isIPv4(wrapped[1])) return wrapped[1];
  const plain = address.split('%', 1)[0];
  if (!isIPv6(plain)) return UNKNOWN;
  const [head, tail] = plain.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  // A dotted end stands for two groups, all of them in the lower half.
  const known = left.length + right.length + (plain.includes('.') ? 1 : 0);
  const groups = [...left, ...Array<string>(Math.max(0, GROUPS - known)).fill('0'), ...right];
  const network = groups.slice(0, NETWORK_GROUPS).map((group) => Number.parseInt(group, 16).toString(16));
  return `${network.join(':')}::/64`;
}
