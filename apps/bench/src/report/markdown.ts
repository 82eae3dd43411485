export interface Column<Row> {
  readonly head: string;
  readonly align?: 'left' | 'right' | undefined;
  readonly cell: (row: Row) => string;
}

/** A table whose columns are as wide as their widest cell, as the formatter of this repository has it. */
export function table<Row>(rows: readonly Row[], columns: readonly Column<Row>[]): string {
  const filled = columns.map(({ head, align = 'right', cell }) => {
    const cells = [head, ...rows.map(cell)].map((text) => text.replaceAll('|', '\\|'));
    const width = Math.max(3, ...cells.map((text) => text.length));
    const rule = align === 'right' ? `${'-'.repeat(width - 1)}:` : '-'.repeat(width);
    const pad = (text: string): string => (align === 'right' ? text.padStart(width) : text.padEnd(width));
    const [first = '', ...others] = cells.map(pad);
    return [first, rule, ...others];
  });
  const lines = (filled[0] ?? []).map((_, i) => `| ${filled.map((column) => column[i]).join(' | ')} |`);
  return lines.join('\n');
}

/** Blocks, with the empty line between them that Markdown wants. */
export function blocks(...parts: readonly (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined && part !== '').join('\n\n');
}

export function list(items: readonly string[]): string {
  return items.map((item) => `- ${item}`).join('\n');
}

export function image(alt: string, path: string): string {
  return `![${alt}](${path})`;
}

/** Shown when it is asked for. */
export function details(summary: string, content: string): string {
  return `<details>\n<summary>${summary}</summary>\n\n${content}\n\n</details>`;
}
