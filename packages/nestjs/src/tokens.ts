/** The name of a connection that was given none. */
export const defaultConnectionName = 'default';

/** A client: that of a connection, or a further one that was registered with `forFeature()`. */
export interface RedisReference {
  /** As in `forRoot()`. Default: `'default'`. */
  readonly connectionName?: string | undefined;
  /** As in `forFeature()`. Default: the client of `forRoot()`. */
  readonly client?: string | undefined;
}

/**
 * The injection token of a client, for `inject: […]` and `overrideProvider(…)`.
 *
 * @param redis The connection's name, or which client of which connection. Default: the default connection's.
 *
 * @example
 * const module = await Test.createTestingModule({ imports: [AppModule] })
 *   .overrideProvider(getRedisToken())
 *   .useValue({ get: async () => 'a value' })
 *   .compile();
 */
export function getRedisToken(redis: string | RedisReference = {}): string {
  const { connectionName, client } =
    typeof redis === 'string' ? { connectionName: redis, client: undefined } : redis;
  return token('redis', connectionName) + (client === undefined ? '' : `:${client}`);
}

/**
 * The injection token of a connection's resolver.
 *
 * @example
 * useFactory: (resolver: Resolver) => sentinelTransport(resolver),
 * inject: [getResolverToken()],
 */
export function getResolverToken(connectionName?: string): string {
  return token('resolver', connectionName);
}

/** Of the object that makes and closes a connection's clients: everywhere in an application, whatever `isGlobal` is. */
export function getConnectionToken(connectionName?: string): string {
  return token('connection', connectionName);
}

// Texts, so that two copies of this package in one process agree, and Nest's messages about them can be read.
function token(kind: string, connectionName: string = defaultConnectionName): string {
  return `switchmaster:${kind}:${connectionName}`;
}
