/** The msgpack extensions for what plain msgpack, as `msgpackr` decodes it, does not preserve. Part of all formats. */
export const EXTENSION = {
  /** A text that begins with U+FEFF, as bytes of UTF-8. */
  markedText: 1,
  /** A record whose object has no prototype. */
  bareRecord: 2,
} as const;
