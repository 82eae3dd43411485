/** Marks of our things, the same in every copy of the package that a process may have loaded. */
export const errorBrand: unique symbol = Symbol.for('switchmaster.error');
export const resolverBrand: unique symbol = Symbol.for('switchmaster.resolver');
export const sentinelSetBrand: unique symbol = Symbol.for('switchmaster.sentinel-set');

export function hasBrand(value: unknown, brand: symbol): boolean {
  return typeof value === 'object' && value !== null && brand in value;
}
