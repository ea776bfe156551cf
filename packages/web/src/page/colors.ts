/** Hues for terms, told apart also by those who see fewer colours; the term's number is always there as well. */
const TERM_COLORS = 8;

/** The style variable that holds the colour of a term. */
export function termColor(term: number): string {
  return term === 0 ? "var(--term-none)" : `var(--term-${(term - 1) % TERM_COLORS})`;
}
