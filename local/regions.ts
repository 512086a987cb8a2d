/** The regions of the one account, each made when somebody first signs a call for it. */
import type { LocalServices } from './local-services.ts';

export class Regions {
  readonly #create: (region: string) => LocalServices;
  readonly #regions = new Map<string, LocalServices>();

  constructor(create: (region: string) => LocalServices) {
    this.#create = create;
  }

  get(region: string): LocalServices {
    const known = this.#regions.get(region);
    if (known !== undefined) return known;
    const created = this.#create(region);
    this.#regions.set(region, created);
    return created;
  }

  /** The first that is found in any region. */
  find<T>(look: (services: LocalServices) => T | undefined): T | undefined {
    for (const services of this.#regions.values()) {
      const found = look(services);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#regions.values()].map((services) => services.stop()));
  }
}
