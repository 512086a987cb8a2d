/** Which addresses other machines can reach. Those need a token. */
import { BlockList, isIP } from 'node:net';

export interface HostAndPort {
  readonly host: string;
  readonly port: string;
}

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/**
 * Whether an address needs a token. Only `localhost` (in any case) and loopback IPs need none: an empty host and the
 * unspecified addresses listen everywhere, another name may resolve to anything, and an address that cannot be read is
 * not known to be safe.
 */
export function addressRequiresToken(address: string): boolean {
  const split = splitAddress(address);
  if (split === undefined) return true;
  if (split.host.toLowerCase() === 'localhost') return false;
  const family = isIP(split.host);
  if (family === 0 || split.host.includes('%')) return true;
  return !loopback.check(split.host, family === 4 ? 'ipv4' : 'ipv6');
}

/** `host:port` or `[ipv6]:port`; the host may be empty. Undefined when the address cannot be split. */
export function splitAddress(address: string): HostAndPort | undefined {
  const match = /^(?:\[(?<bracketed>[^[\]]*)\]|(?<plain>[^:[\]]*)):(?<port>[^:[\]]*)$/.exec(address);
  if (match?.groups === undefined) return undefined;
  const { bracketed, plain, port = '' } = match.groups;
  return { host: bracketed ?? plain ?? '', port };
}
