import type { ClientResult, FigureDefinition, Spread } from '../results.ts';

type Unit = FigureDefinition['unit'];

/** A number in a table, with as many digits as mean something. */
export function show(value: number, unit: Unit): string {
  switch (unit) {
    case 'bytes':
      return `${withDigits(value / 1024, Math.abs(value) < 10_240 ? 1 : 0)} KiB`;
    case 'ratio':
      return withDigits(value, 3);
    case 'percent':
      return `${withDigits(value, 1)} %`;
    case 'ms':
      return withDigits(value, Math.abs(value) < 10 ? 2 : 0);
    case 'count':
    case 'per second':
      return withDigits(value, 0);
  }
}

/** `92`, or `92 (80–104)` where runs differ. */
export function showSpread({ median, min, max }: Spread, unit: Unit): string {
  const [middle, low, high] = [show(median, unit), show(min, unit), show(max, unit)];
  return low === high ? middle : `${middle} (${low}–${high})`;
}

/** A figure of a client: where it did not happen in every run, how often not. */
export function showFigure({ runs, summary }: ClientResult, { name, unit }: FigureDefinition): string {
  const spread = summary[name];
  if (!spread) return runs.some(({ figures }) => figures[name] === null) ? 'never' : '–';
  const missing = runs.filter(({ figures }) => figures[name] === null).length;
  return missing === 0 ? showSpread(spread, unit) : `${showSpread(spread, unit)}, never in ${missing}`;
}

function withDigits(value: number, digits: number): string {
  const text = value.toLocaleString('en-US', {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
  return /^-[0.]+$/.test(text) ? text.slice(1) : text;
}
