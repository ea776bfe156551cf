import type { LetterLog } from "../metrics/letter-log.ts";

/** Sees the letters of Raft that a node sends and takes. */
export type LetterWatch = Pick<LetterLog, "next" | "sent" | "received">;
