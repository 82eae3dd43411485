import type { Spread } from '../../results.ts';
import { colors, faint, render, rowAxis, text, valueAxis } from './chart.ts';

export interface RangeRow {
  readonly label: string;
  readonly kind: keyof typeof colors;
  readonly spread: Spread;
}

export interface RangeOptions {
  /** What the numbers are. */
  readonly axis: string;
  /** Vertical lines with a name. */
  readonly marks: readonly { readonly at: number; readonly label: string }[];
  /** Where the axis begins and ends. Default: with the numbers. */
  readonly from?: number | undefined;
  readonly to?: number | undefined;
}

const rowHeight = 22;

/** What custom series are given to place their shapes by. */
interface Api {
  value(dimension: number): number;
  coord(point: readonly [number, number]): [number, number];
}

/** A dot at each median, on a line from the least to the most. */
export function ranges(rows: readonly RangeRow[], { axis, marks, from, to }: RangeOptions): string {
  const draw = (_: unknown, api: Api): object => {
    const row = api.value(0);
    const [low, middle, high] = [1, 2, 3].map((dimension) => api.coord([api.value(dimension), row]));
    const color = colors[rows[row]?.kind ?? 'plain'];
    const [x1, y] = low ?? [0, 0];
    return {
      type: 'group',
      children: [
        {
          type: 'line',
          shape: { x1, y1: y, x2: high?.[0] ?? x1, y2: y },
          style: { stroke: color, lineWidth: 3, opacity: 0.5 },
        },
        { type: 'circle', shape: { cx: middle?.[0] ?? x1, cy: y, r: 4.5 }, style: { fill: color } },
      ],
    };
  };
  const labels = rows.map(({ label }) => label);
  return render(
    { width: 860, height: rows.length * rowHeight + 90 },
    {
      grid: { left: 260, right: 30, top: 30, bottom: 50 },
      xAxis: valueAxis(axis, { min: from, max: to }),
      yAxis: rowAxis(labels),
      series: [
        {
          type: 'custom',
          silent: true,
          clip: true,
          renderItem: draw,
          data: rows.map(({ spread }, row) => [row, spread.min, spread.median, spread.max]),
          encode: { x: [1, 2, 3], y: 0 },
          markLine: {
            silent: true,
            symbol: 'none',
            lineStyle: { ...faint, opacity: 0.7 },
            data: marks.map(({ at, label }) => ({
              xAxis: at,
              label: { ...text, formatter: label, position: 'start' },
            })),
          },
        },
      ],
    },
  );
}
