/** One command as it goes on the wire, an array of bulk strings; to be written as UTF-8. */
export function encodeCommand(args: readonly (string | number)[]): string {
  // A server does not answer an empty command, and every later reply would be taken for the one before.
  if (args.length === 0) throw new TypeError('a command needs at least its name, got no arguments');
  let wire = `*${args.length}\r\n`;
  for (const arg of args) {
    const text = String(arg);
    wire += `$${Buffer.byteLength(text)}\r\n${text}\r\n`;
  }
  return wire;
}

/** Several commands, to be written at once. */
export function encodePipeline(commands: readonly (readonly (string | number)[])[]): string {
  return commands.map(encodeCommand).join('');
}
