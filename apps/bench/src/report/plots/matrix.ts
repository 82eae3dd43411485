import { faint, render, rowAxis, text } from './chart.ts';

export interface Cell {
  readonly column: string;
  readonly row: string;
  /** What its colour stands for. `null`: it did not happen. */
  readonly value: number | null;
  readonly label: string;
}

const rowHeight = 22;
const columnWidth = 52;
const left = 260;

/** A number for each row and column; the longer it took, the stronger the colour. */
export function matrix(rows: readonly string[], columns: readonly string[], cells: readonly Cell[]): string {
  const numbers = cells.flatMap(({ value }) => (value === null ? [] : [strength(value)]));
  const most = Math.max(1, ...numbers);
  const data = cells.map(({ column, row, value, label }) => ({
    value: [columns.indexOf(column), rows.indexOf(row), value === null ? most * 1.2 : strength(value)],
    label: { formatter: label },
  }));
  return render(
    { width: left + columns.length * columnWidth + 20, height: rows.length * rowHeight + 40 },
    {
      grid: { left, right: 20, top: 30, bottom: 10 },
      xAxis: { ...rowAxis(columns), inverse: false, position: 'top', splitArea: { show: false } },
      yAxis: rowAxis(rows),
      visualMap: {
        show: false,
        min: 0,
        max: most * 1.2,
        inRange: { color: ['rgba(219,109,40,0)', 'rgba(219,109,40,0.85)'] },
      },
      series: [
        {
          type: 'heatmap',
          silent: true,
          data,
          label: { ...text, show: true, fontSize: 11 },
          itemStyle: { borderColor: faint.color, borderWidth: 0.2 },
        },
      ],
    },
  );
}

/** Ten milliseconds and less are nothing; from there on each doubling counts alike. */
function strength(ms: number): number {
  return Math.max(0, Math.log2(Math.max(ms, 1) / 10));
}
