/** How a setting is written as a tag of a stream: `minShards` is set by the tag `autoscaling/min-shards`. */
export const tagPrefix = 'autoscaling/';

export function tagOf(setting: string): string {
  return tagPrefix + setting.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
