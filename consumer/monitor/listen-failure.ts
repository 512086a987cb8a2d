import { messageOf } from '../timeout.ts';

/** Why a server cannot listen, in one line that names the field and the way out. */
export function listenFailure(field: string, address: string, error: unknown): string {
  const reason = messageOf(error);
  if (reason.includes('EADDRINUSE'))
    return `${field}: ${address} is in use by another process: stop that process, or choose another port`;
  if (reason.includes('EACCES'))
    return `${field}: this user may not listen on ${address}: choose a port above 1023, or give the permission`;
  if (/EADDRNOTAVAIL|ENOTFOUND|EAI_AGAIN|Name resolution failed/.test(reason))
    return `${field}: ${address} is no address of this machine: use one that it has, for example 127.0.0.1`;
  return `${field}: cannot listen on ${address}: ${reason}`;
}
