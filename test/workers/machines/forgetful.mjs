/**
 * Adds up numbers, and remembers how many they were only until a restart: its snapshot has no count. With `restores` in its
 * URL the restore forgets the sum instead, with `counts` threads differ, and with `throws` every third number is an error.
 */
import { workerData } from "node:worker_threads";

const { searchParams } = new URL(import.meta.url);

export default function makeForgetful() {
  let [sum, count] = [0, 0];
  return {
    apply(number) {
      if (searchParams.has("throws") && number % 3 === 0) throw new TypeError("no threes");
      sum += number;
      count += 1;
      return searchParams.has("counts") ? sum : [sum, count];
    },
    query: () => sum,
    snapshot: () =>
      searchParams.has("counts") && workerData.spec.id === "n2" ? { sum, count } : { sum },
    restore(snapshot) {
      sum = searchParams.has("restores") ? 0 : snapshot.sum;
      count = snapshot.count ?? 0;
    },
  };
}
