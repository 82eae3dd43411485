import { colors, render, rowAxis, text, valueAxis } from './chart.ts';

export interface Bar {
  readonly label: string;
  readonly kind: keyof typeof colors;
  readonly value: number;
}

const rowHeight = 22;

/** A bar with its number for each row. */
export function bars(rows: readonly Bar[], axis: string): string {
  const data = rows.map(({ value, kind }) => ({ value, itemStyle: { color: colors[kind] } }));
  return render(
    { width: 860, height: rows.length * rowHeight + 70 },
    {
      grid: { left: 260, right: 70, top: 10, bottom: 50 },
      xAxis: valueAxis(axis),
      yAxis: rowAxis(rows.map(({ label }) => label)),
      series: [
        {
          type: 'bar',
          silent: true,
          barWidth: '60%',
          data,
          label: {
            ...text,
            show: true,
            position: 'right',
            formatter: ({ value }: { value: number }) => Math.round(value).toLocaleString('en-US'),
          },
        },
      ],
    },
  );
}
