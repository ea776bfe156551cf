import { isNodeId, type NodeId } from "@kontiki/core";
import { decode, encodeShared } from "../bytes/codec.ts";
import { isClientAddress, type Address, type ClientAddress } from "../mail/address.ts";
import { readView, viewToWire, type HostView } from "./host-view.ts";

/** The format of messages between hosts. */
const FORMAT = 2;

/** What a node has promised, or a part of it: mark and commit never decrease as long as it keeps its disk. */
export type Position = {
  /** Which disk it has. */
  readonly uid: number;
  /** Twice its term, and one more if it has voted in it. */
  readonly mark: number;
  /** An index up to which its log is committed and on its disk. */
  readonly commit: number;
};

/** A node as its host presents it. */
export type PresentNode = {
  readonly node: NodeId;
  /** Which disk it has. */
  readonly uid: number;
  /** What it recovered from its disk when its host started: the mark, and the last index of its log. */
  readonly mark: number;
  readonly last: number;
};

/** Which process sends: a host has another `life` each time it starts. */
export type Sender = { readonly host: string; readonly life: string };

/** What hosts send to each other. */
export type HostMessage = Sender &
  (
    | {
        readonly type: "hello";
        /** How often the host has started. */
        readonly start: number;
        /** Whether it wants a hello in return. */
        readonly asks: boolean;
        readonly client: ClientAddress | undefined;
        readonly nodes: readonly PresentNode[];
        /** How many nodes it has beside these: they have not started yet, or are refused. */
        readonly withheld: number;
        /** What its nodes know of the leader; undefined while they know none. */
        readonly view: HostView | undefined;
      }
    /** A letter, or a part of one: the number `part` of `parts`, from 0. */
    | {
        readonly type: "letter";
        /** The life of the receiving host. */
        readonly to: string;
        /** Counts what one life sends to another, from 1. */
        readonly sequence: number;
        readonly part: number;
        readonly parts: number;
        readonly letter: HostLetter;
      }
    /** The end of a start of a node's thread, which its supervisor saw. */
    | {
        readonly type: "obituary";
        readonly to: string;
        readonly sequence: number;
        readonly node: NodeId;
        readonly incarnation: number;
        /** The term of a node whose thread still runs. */
        readonly stage: number | undefined;
      }
    /** The receiving host must not run that node. */
    | {
        readonly type: "refusal";
        readonly to: string;
        readonly node: NodeId;
        readonly why: string;
      }
    /** A question to the receiving host, which answers it under its number. What it asks is checked by who answers. */
    | {
        readonly type: "question";
        readonly to: string;
        readonly sequence: number;
        readonly id: number;
        readonly content: unknown;
      }
    | {
        readonly type: "answer";
        readonly to: string;
        readonly sequence: number;
        readonly id: number;
        readonly content: unknown;
      }
  );

/** A letter to another host. */
export type HostLetter = {
  readonly to: Address;
  readonly from: Address;
  readonly incarnation: number;
  /** Of the sender, if it is a node. */
  readonly position: Position;
  readonly bytes: Uint8Array;
};

/** What was read: a message, or why it is none. */
export type ReadMessage =
  HostMessage | { readonly type: "malformed" } | { readonly type: "other cluster" };

const KIND = { hello: 0, letter: 1, obituary: 2, refusal: 3, question: 4, answer: 5 } as const;

/** Encodes a message in a buffer that it shares with others, so that it must never be transferred. */
export function encodeHostMessage(cluster: string, message: HostMessage): Uint8Array {
  const { type, host, life } = message;
  return encodeShared([FORMAT, cluster, KIND[type], host, life, ...fieldsOf(message)]);
}

/** Decodes a message. It may be anything, from anywhere: bytes from outside must never end a host. */
export function readHostMessage(cluster: string, bytes: Uint8Array): ReadMessage {
  let fields: unknown;
  try {
    fields = decode(bytes);
  } catch {
    return MALFORMED;
  }
  if (!Array.isArray(fields) || fields[0] !== FORMAT || typeof fields[1] !== "string")
    return MALFORMED;
  if (fields[1] !== cluster) return { type: "other cluster" };
  const [, , kind, host, life, ...rest] = fields as readonly unknown[];
  if (!isNodeId(host) || typeof life !== "string" || life === "") return MALFORMED;
  const read = READERS[kind as number]?.(rest);
  return read === undefined ? MALFORMED : ({ ...read, host, life } as HostMessage);
}

const MALFORMED = { type: "malformed" } as const;

function fieldsOf(message: HostMessage): readonly unknown[] {
  switch (message.type) {
    case "hello": {
      const { start, asks, client, nodes, withheld, view } = message;
      const given = nodes.map(({ node, uid, mark, last }) => [node, uid, mark, last]);
      const seen = view === undefined ? null : viewToWire(view);
      return [start, asks, client ?? null, given, withheld, seen];
    }
    case "letter": {
      const { to, sequence, part, parts, letter } = message;
      const { position } = letter;
      const { to: address, from, incarnation, bytes } = letter;
      const { uid, mark, commit } = position;
      return [to, sequence, part, parts, address, from, incarnation, uid, mark, commit, bytes];
    }
    case "obituary":
      return [
        message.to,
        message.sequence,
        message.node,
        message.incarnation,
        message.stage ?? null,
      ];
    case "refusal":
      return [message.to, message.node, message.why];
    case "question":
    case "answer":
      return [message.to, message.sequence, message.id, message.content];
    default:
      return message satisfies never;
  }
}

type Rest = readonly unknown[];
type Body = HostMessage extends infer M
  ? M extends Sender
    ? Omit<M, keyof Sender>
    : never
  : never;

const READERS: readonly ((rest: Rest) => Body | undefined)[] = [
  readHello,
  readLetter,
  readObituary,
  readRefusal,
  (rest) => readExchange("question", rest),
  (rest) => readExchange("answer", rest),
];

function readHello(rest: Rest): Body | undefined {
  const [start, asks, client, given, withheld, wire] = rest;
  if (rest.length !== 6 || !isWhole(withheld) || !isWhole(start) || typeof asks !== "boolean")
    return undefined;
  if (client !== null && !isClient(client)) return undefined;
  if (!Array.isArray(given)) return undefined;
  const nodes = given.flatMap((each) => readNode(each) ?? []);
  if (nodes.length !== given.length) return undefined;
  const view = wire === null ? undefined : readView(wire);
  if (wire !== null && view === undefined) return undefined;
  return { type: "hello", start, asks, client: client ?? undefined, nodes, withheld, view };
}

function readNode(value: unknown): PresentNode | undefined {
  if (!Array.isArray(value) || value.length !== 4) return undefined;
  const [node, uid, mark, last] = value as Rest;
  if (!isNodeId(node) || !isWhole(uid) || !isWhole(mark) || !isWhole(last)) return undefined;
  return { node, uid, mark, last };
}

function readLetter(rest: Rest): Body | undefined {
  const [life, sequence, part, parts, to, from, incarnation, uid, mark, commit, bytes] = rest;
  if (rest.length !== 11 || typeof life !== "string" || !isWhole(sequence)) return undefined;
  if (!isWhole(part) || !isWhole(parts) || part >= parts) return undefined;
  if (!isAddress(to) || !isAddress(from) || !isWhole(incarnation)) return undefined;
  if (!isWhole(uid) || !isWhole(mark) || !isWhole(commit)) return undefined;
  if (!(bytes instanceof Uint8Array)) return undefined;
  const position = { uid, mark, commit };
  const letter = { to, from, incarnation, position, bytes };
  return { type: "letter", to: life, sequence, part, parts, letter };
}

function readObituary(rest: Rest): Body | undefined {
  const [to, sequence, node, incarnation, stage] = rest;
  if (rest.length !== 5 || typeof to !== "string" || !isWhole(sequence)) return undefined;
  if (!isNodeId(node) || !isWhole(incarnation)) return undefined;
  if (stage !== null && !isWhole(stage)) return undefined;
  return { type: "obituary", to, sequence, node, incarnation, stage: stage ?? undefined };
}

function readRefusal(rest: Rest): Body | undefined {
  const [to, node, why] = rest;
  if (rest.length !== 3 || typeof to !== "string" || !isNodeId(node)) return undefined;
  return typeof why === "string" ? { type: "refusal", to, node, why } : undefined;
}

function readExchange(type: "question" | "answer", rest: Rest): Body | undefined {
  const [to, sequence, id, content] = rest;
  if (rest.length !== 4 || typeof to !== "string" || !isWhole(sequence) || !isWhole(id))
    return undefined;
  return { type, to, sequence, id, content };
}

function isWhole(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function isAddress(value: unknown): value is Address {
  return isNodeId(value) || isClient(value);
}

function isClient(value: unknown): value is ClientAddress {
  return typeof value === "string" && isClientAddress(value) && /^client\/\d{1,15}$/.test(value);
}
