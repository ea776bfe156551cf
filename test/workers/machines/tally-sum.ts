export type Numbers = readonly number[];

export function sum(numbers: Numbers): number {
  return numbers.reduce((total: number, each: number) => total + each, 0);
}
