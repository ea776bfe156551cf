/** Puts as many numbers as the command says into a map, whose one table is most of the heap and doubles when it is full. */
export default function makeHoarder() {
  const numbers = new Map();
  return {
    apply(count) {
      for (let left = count; left > 0; left -= 1) numbers.set(numbers.size, left);
      return numbers.size;
    },
    snapshot: () => null,
    restore() {},
  };
}
