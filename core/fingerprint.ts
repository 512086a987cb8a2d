/**
 * A short, stable fingerprint of a text (FNV-1a, 32 bits). Two notices with the same fingerprint say the same, so only the
 * first one is sent. The tags of a stream keep fingerprints across deployments: this function must never change.
 */
export function fingerprint(text: string): string {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return (hash >>> 0).toString(16).padStart(8, '0');
}
