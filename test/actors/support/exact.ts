/**
 * The first difference between two values, such as ".a[0]: -0, not 0"; undefined when they are exactly equal: the same
 * leaves by `Object.is`, the same keys in the same order, the same kinds of objects.
 */
export function difference(one: unknown, other: unknown, place = "it"): string | undefined {
  if (Object.is(one, other)) return undefined;
  if (typeof one !== "object" || typeof other !== "object" || one === null || other === null)
    return `${place}: ${shown(one)}, not ${shown(other)}`;
  const [ours, theirs] = [Object.getPrototypeOf(one), Object.getPrototypeOf(other)] as unknown[];
  if (ours !== theirs) return `${place}: another prototype`;
  if (one instanceof Uint8Array)
    return Buffer.compare(one, other as Uint8Array) === 0 ? undefined : `${place}: other bytes`;
  const [keys, others] = [Reflect.ownKeys(one), Reflect.ownKeys(other)];
  if (keys.length !== others.length || keys.some((key, at) => key !== others[at]))
    return `${place}: keys ${String(keys)}, not ${String(others)}`;
  for (const key of keys) {
    const [mine, its] = [one, other].map((value) => Object.getOwnPropertyDescriptor(value, key));
    const inside = difference(mine?.value, its?.value, `${place}.${String(key)}`);
    if (inside !== undefined) return inside;
  }
  return undefined;
}

function shown(value: unknown): string {
  return Object.is(value, -0) ? "-0" : String(value).slice(0, 40);
}
