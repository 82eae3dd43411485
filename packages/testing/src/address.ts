/** Where a server can be reached. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** `host:port`, the form in which addresses are compared and shown. */
export function formatAddress({ host, port }: Address): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
