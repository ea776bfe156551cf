// @ts-check

/** The visible range of time, and its mapping to positions on the screen. */
export class View {
  /** @type {() => void} */
  onChange = () => undefined;
  width = 1;

  /**
   * @param {number} from
   * @param {number} to
   */
  constructor(from, to) {
    this.start = from;
    this.end = to;
    this.from = from;
    this.to = to;
  }

  /** The position of a time. @param {number} time */
  x(time) {
    return ((time - this.from) / (this.to - this.from)) * this.width;
  }

  /** The time at a position. @param {number} x */
  time(x) {
    return this.from + (x / this.width) * (this.to - this.from);
  }

  /**
   * Shows this range, moved and clipped so that it is within the whole.
   *
   * @param {number} from
   * @param {number} to
   */
  show(from, to) {
    const whole = this.end - this.start;
    const span = Math.min(Math.max(to - from, whole * 1e-7), whole);
    this.from = Math.min(Math.max(from, this.start), this.end - span);
    this.to = this.from + span;
    this.onChange();
  }

  /**
   * @param {number} factor below 1 to zoom in
   * @param {number} at the time whose position does not change
   */
  zoom(factor, at = (this.from + this.to) / 2) {
    const from = at - (at - this.from) * factor;
    this.show(from, from + (this.to - this.from) * factor);
  }

  /** Moves the range. @param {number} share of its length */
  pan(share) {
    const by = (this.to - this.from) * share;
    this.show(this.from + by, this.to + by);
  }

  /**
   * Makes a span of time visible: widens the range if the span is longer than the range, else moves it if necessary.
   *
   * @param {number} from
   * @param {number} to
   */
  reveal(from, to) {
    const span = this.to - this.from;
    if (to - from > span) this.show(from - (to - from) * 0.1, to + (to - from) * 0.1);
    else if (from < this.from || to > this.to) {
      const middle = (from + to) / 2;
      this.show(middle - span / 2, middle + span / 2);
    }
  }
}
