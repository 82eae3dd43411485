import { colors, faint, render, text, valueAxis } from './chart.ts';

export interface Curve {
  readonly label: string;
  readonly points: readonly (readonly [x: number, y: number])[];
}

const styles = [
  { color: colors.ours, type: 'solid' },
  { color: colors.peer, type: 'dashed' },
] as const;

/** One line for each of a few series. */
export function curves(lines: readonly Curve[], axes: { readonly x: string; readonly y: string }): string {
  return render(
    { width: 860, height: 340 },
    {
      grid: { left: 70, right: 30, top: 40, bottom: 50 },
      legend: { top: 5, itemGap: 60, textStyle: text, inactiveColor: faint.color },
      xAxis: valueAxis(axes.x, { min: 0 }),
      yAxis: valueAxis(axes.y, { nameGap: 40, max: 100 }),
      series: lines.map(({ label, points }, i) => {
        const { color, type } = styles[i % styles.length] ?? styles[0];
        return {
          type: 'line',
          name: label,
          silent: true,
          showSymbol: true,
          symbolSize: 6,
          data: points,
          itemStyle: { color },
          lineStyle: { color, width: 2.5, type },
        };
      }),
    },
  );
}
