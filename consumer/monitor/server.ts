/**
 * The monitor: health, metrics, report, profiles. Whatever tells about the system needs the token as soon as there is
 * one, and an address that other machines reach is refused without one. `/healthz` and `/readyz` are the exceptions:
 * probes of Kubernetes and load balancers carry no secret, and these paths tell nothing else.
 */
import { systemClock } from '../clock.ts';
import { type Monitor, startHttpServer } from './http-server.ts';
import type { MonitorOptions, ProfileServerOptions } from './options.ts';
import { startProfiles } from './pprof.ts';
import { createMonitorRouter, createProfileRouter } from './routes.ts';

/** @throws MonitorRefusedError for an address that is wrong, in use, or needs a token and has none. */
export async function startMonitor(options: MonitorOptions): Promise<Monitor> {
  const { address, token, clock = systemClock } = options;
  if (options.profiles === false) {
    return startHttpServer({ section: 'monitor', address, token, clock, route: createMonitorRouter(options) });
  }
  const profiles = await startProfiles(clock);
  const route = createMonitorRouter(options, profiles);
  return closingAlso(profiles, () => startHttpServer({ section: 'monitor', address, token, clock, route }));
}

/**
 * The profiles on an address and with a token of their own, where fewer people may see them than the metrics.
 *
 * @throws MonitorRefusedError as startMonitor does
 */
export async function startProfileServer(options: ProfileServerOptions): Promise<Monitor> {
  const { address, token, clock = systemClock } = options;
  const profiles = await startProfiles(clock);
  const route = createProfileRouter(token, profiles);
  return closingAlso(profiles, () => startHttpServer({ section: 'monitor.profiles', address, token, clock, route }));
}

/** The profiles end with the server that serves them, and when it cannot start. */
async function closingAlso(profiles: { close: () => void }, start: () => Promise<Monitor>): Promise<Monitor> {
  try {
    const { url, close } = await start();
    return {
      url,
      close: async () => {
        await close();
        profiles.close();
      },
    };
  } catch (error) {
    profiles.close();
    throw error;
  }
}
