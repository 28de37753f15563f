/** The part of pg that turns a parameter into what goes over the wire. It comes without types. */
declare module 'pg/lib/utils.js' {
  export function prepareValue(value: unknown): string | Uint8Array | null;
}
