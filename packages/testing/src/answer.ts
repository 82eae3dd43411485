import { encodeBulk, ReplyError } from './resp.ts';

/** A status reply such as `+OK`. */
export class Status {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** The null that stands for a missing array in RESP2: `*-1`, and not `$-1`. */
export const nullArray: unique symbol = Symbol('null array');

/** What a scripted server answers. Strings are bulk strings, and a map is a flat array in RESP2. */
export type Answer =
  | string
  | number
  | null
  | typeof nullArray
  | Status
  | ReplyError
  | readonly Answer[]
  | ReadonlyMap<string, Answer>;

/** The versions of the protocol. */
export type Protocol = 2 | 3;

/** An answer as it goes on the wire. */
export function encodeAnswer(answer: Answer, protocol: Protocol): string {
  if (typeof answer === 'string') return encodeBulk(answer);
  if (typeof answer === 'number') return `:${answer}\r\n`;
  if (answer instanceof Status) return `+${answer.text}\r\n`;
  if (answer instanceof ReplyError) return `-${answer.message}\r\n`;
  if (answer === null) return protocol === 3 ? '_\r\n' : '$-1\r\n';
  if (answer === nullArray) return protocol === 3 ? '_\r\n' : '*-1\r\n';
  if (isMap(answer)) return encodeMap(answer, protocol);
  return `*${answer.length}\r\n${answer.map((item) => encodeAnswer(item, protocol)).join('')}`;
}

/** A message that answers no command: a push in RESP3, an array in RESP2. */
export function encodePush(items: readonly Answer[], protocol: Protocol): string {
  const array = encodeAnswer(items, protocol);
  return protocol === 3 ? `>${array.slice(1)}` : array;
}

function encodeMap(map: ReadonlyMap<string, Answer>, protocol: Protocol): string {
  if (protocol === 2) return encodeAnswer([...map].flat(), protocol);
  const entries = [...map].map(([field, value]) => encodeBulk(field) + encodeAnswer(value, protocol));
  return `%${map.size}\r\n${entries.join('')}`;
}

function isMap(answer: object): answer is ReadonlyMap<string, Answer> {
  return answer instanceof Map;
}
