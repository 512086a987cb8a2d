/** What the fields of `backends.nats` require of each other: whatever would connect never is refused here. */
import type { NatsConfig } from './config-schema.ts';

export function natsFaults(nats: NatsConfig | undefined): string[] {
  if (nats === undefined) return [];
  return [...nats.servers.flatMap(serverFaults), ...authenticationFaults(nats), ...tlsFaults(nats)];
}

/** The client takes no user and password from an address: it would dial a host of that name, for ever. */
function serverFaults(server: string, index: number): string[] {
  const field = `backends.nats.servers.${index}`;
  const [, scheme, rest = ''] = /^(?:([a-z+]+):\/\/)?(.*)$/i.exec(server) ?? [];
  if (rest.includes('@')) {
    const instead = 'remove it and set backends.nats.user and passwordFile, or tokenFile';
    return [`${field}: an address with a user, password or token is not supported: ${instead}`];
  }
  if (scheme !== undefined && scheme !== 'nats' && scheme !== 'tls')
    return [`${field}: ${scheme}:// is not supported: use nats://host:port or tls://host:port`];
  if (!/^(\[[0-9a-f:.]+\]|[^\s/:@]+)(:\d{1,5})?\/?$/i.test(rest))
    return [`${field}: ${JSON.stringify(server)} is not host:port, for example nats://127.0.0.1:4222`];
  return [];
}

function authenticationFaults({ user, passwordFile, tokenFile, credentialsFile }: NatsConfig): string[] {
  const faults = [];
  if (user !== undefined && passwordFile === undefined)
    faults.push('backends.nats.passwordFile is missing: user needs it');
  if (user === undefined && passwordFile !== undefined)
    faults.push('backends.nats.user is missing: passwordFile needs it');
  const ways = Object.entries({ user, tokenFile, credentialsFile }).filter(([, value]) => value !== undefined);
  if (ways.length > 1)
    faults.push(
      `backends.nats has ${ways.map(([name]) => name).join(' and ')}: the server takes one, remove the others`,
    );
  return faults;
}

function tlsFaults({ tls }: NatsConfig): string[] {
  if (tls === undefined || (tls.certificateFile === undefined) === (tls.privateKeyFile === undefined)) return [];
  const [missing, given] =
    tls.certificateFile === undefined ? ['certificateFile', 'privateKeyFile'] : ['privateKeyFile', 'certificateFile'];
  return [`backends.nats.tls.${missing} is missing: ${given} needs it`];
}
