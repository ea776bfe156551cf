/** A hash of 32 bits of a text (FNV-1a, with its bits mixed at the end). Another `basis` gives another hash. */
export function textHash(text: string, basis = 0x811c_9dc5): number {
  let hash = basis;
  for (let at = 0; at < text.length; at += 1)
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x0100_0193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85eb_ca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2_ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
