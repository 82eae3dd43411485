/** Draws what a terminal shows as SVG: the text of a program, with the colours that it set. */
export function drawTerminal(command: string, output: string): string {
  const lines = [
    [
      { text: '$ ', style: 'dim' },
      { text: command, style: 'bold' },
    ],
    ...parse(output),
  ];
  const columns = Math.max(...lines.map((line) => line.reduce((sum, { text }) => sum + text.length, 0)));
  const width = Math.ceil(columns * characterWidth + 2 * margin);
  const height = lines.length * lineHeight + 2 * margin;
  const rows = lines.map((line, i) => drawLine(line, margin + (i + 0.75) * lineHeight));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">`,
    `<style>${styles}</style>`,
    `<rect width="100%" height="100%" rx="8" fill="#16181d"/>`,
    ...rows,
    '</svg>\n',
  ].join('\n');
}

interface Piece {
  readonly text: string;
  /** Class names. */
  readonly style: string;
}

const characterWidth = 8.4;
const lineHeight = 20;
const margin = 20;

const styles = [
  'text{font:14px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;fill:#d7dae0;white-space:pre}',
  ...['.bold{font-weight:bold}', '.dim{fill:#8b919d}', '.red{fill:#ff6b6b}', '.green{fill:#7bd88f}'],
  ...['.yellow{fill:#f6c744}', '.blue{fill:#6cb6ff}', '.magenta{fill:#d2a8ff}', '.cyan{fill:#5ad4e6}'],
].join('');

/** The codes that we use, of "select graphic rendition": what each turns on, and what it ends. */
const codes: ReadonlyMap<number, string> = new Map([
  ...([
    [1, 'bold'],
    [2, 'dim'],
    [31, 'red'],
    [32, 'green'],
  ] as const),
  ...([
    [33, 'yellow'],
    [34, 'blue'],
    [35, 'magenta'],
    [36, 'cyan'],
  ] as const),
]);

function parse(output: string): Piece[][] {
  const active = new Set<string>();
  return output
    .trimEnd()
    .split('\n')
    .map((line) =>
      line.split('\u001B[').flatMap((part, i): Piece[] => {
        // What follows an escape begins with its code; all but colours is about the cursor.
        const [code = '', numbers = '', kind = ''] = i === 0 ? [] : (/^([?\d;]*)([A-Za-z])/.exec(part) ?? []);
        if (kind === 'm') for (const number of numbers.split(';')) change(active, Number(number));
        const text = part.slice(code.length);
        return text === '' ? [] : [{ text, style: [...active].join(' ') }];
      }),
    );
}

function change(active: Set<string>, code: number): void {
  const style = codes.get(code);
  if (style !== undefined) active.add(style);
  if (code === 0) active.clear();
  for (const [started, ended] of codes) {
    const isColor = started >= 30;
    if ((code === 22 && !isColor) || (code === 39 && isColor)) active.delete(ended);
  }
}

function drawLine(pieces: readonly Piece[], y: number): string {
  let column = 0;
  const drawn = pieces.map(({ text, style }) => {
    const x = margin + column * characterWidth;
    column += text.length;
    const length = text.length * characterWidth;
    return `<tspan x="${fix(x)}" textLength="${fix(length)}"${style === '' ? '' : ` class="${style}"`}>${escape(text)}</tspan>`;
  });
  return `<text y="${fix(y)}" xml:space="preserve">${drawn.join('')}</text>`;
}

function fix(value: number): string {
  return String(Math.round(value * 10) / 10);
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
