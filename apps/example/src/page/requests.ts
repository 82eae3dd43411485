import type { FaultRequest, LaneRequest } from './messages.ts';

/** What a body says, or what is wrong with it. */
export type Read<T> = { readonly value: T } | { readonly error: string };

type Fields = Readonly<Record<string, unknown>>;

export const maxRate = 1000;

export function readFaultRequest(body: unknown): Read<FaultRequest> {
  const fields = fieldsOf(body, ['target']);
  if ('error' in fields) return fields;
  const { target } = fields.value;
  if (target === undefined) return { value: {} };
  if (typeof target === 'string') return { value: { target } };
  return { error: `target must be 'host:port'; it is ${JSON.stringify(target)}.` };
}

export function readLaneRequest(body: unknown): Read<LaneRequest> {
  const fields = fieldsOf(body, ['enabled', 'ratePerSecond']);
  if ('error' in fields) return fields;
  const { enabled, ratePerSecond } = fields.value;
  if (enabled === undefined && ratePerSecond === undefined) {
    return { error: 'The body must have enabled or ratePerSecond, or both.' };
  }
  if (enabled !== undefined && typeof enabled !== 'boolean') {
    return { error: `enabled must be true or false; it is ${JSON.stringify(enabled)}.` };
  }
  if (ratePerSecond !== undefined && !isRate(ratePerSecond)) {
    const got = JSON.stringify(ratePerSecond);
    return { error: `ratePerSecond must be a whole number from 1 to ${maxRate}; it is ${got}.` };
  }
  return {
    value: {
      ...(enabled === undefined ? {} : { enabled }),
      ...(ratePerSecond === undefined ? {} : { ratePerSecond }),
    },
  };
}

export function isRate(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= maxRate;
}

/** No body at all is an empty one. */
function fieldsOf(body: unknown, known: readonly string[]): Read<Fields> {
  if (body === undefined || body === null) return { value: {} };
  if (typeof body !== 'object' || Array.isArray(body)) return { error: 'The body must be a JSON object.' };
  const unknown = Object.keys(body).find((key) => !known.includes(key));
  if (unknown === undefined) return { value: body as Fields };
  return { error: `The body has an unknown field '${unknown}'; known are ${known.join(', ')}.` };
}
