/** No modules, functions, scripts or mappings of the user's own; what node-redis writes as `{}`. */
// oxlint-disable-next-line typescript/no-empty-object-type
export type None = {};

/** The protocol version that a client speaks if none is chosen: the one that its options name, or 2 in version 5. */
export type DefaultResp<Options extends { RESP?: unknown }> = [2 | 3] extends [NonNullable<Options['RESP']>]
  ? 2
  : Extract<Options['RESP'], 2 | 3>;
