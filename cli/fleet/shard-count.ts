/** `1 shard`, `4 open shards`. */
export function countShards(count: number, which = ''): string {
  return `${count} ${which}${count === 1 ? 'shard' : 'shards'}`;
}
