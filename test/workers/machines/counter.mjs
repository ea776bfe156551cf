/**
 * Counts how often each id was applied: once, or something is wrong.
 */
export default function makeCounter() {
  const counts = new Map();
  return {
    apply(command) {
      if (command.type === "add") {
        const count = (counts.get(command.id) ?? 0) + 1;
        counts.set(command.id, count);
        return count;
      }
      const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
      return { ids: counts.size, total };
    },
    snapshot: () => [...counts],
    restore(snapshot) {
      counts.clear();
      for (const [id, count] of snapshot) counts.set(id, count);
    },
  };
}
