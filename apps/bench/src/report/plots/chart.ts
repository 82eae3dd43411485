import { BarChart, CustomChart, HeatmapChart, LineChart } from 'echarts/charts';
import { GridComponent, LegendComponent, MarkLineComponent, VisualMapComponent } from 'echarts/components';
import { type EChartsCoreOption, init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';

use([
  ...[BarChart, CustomChart, HeatmapChart, LineChart],
  ...[GridComponent, LegendComponent, MarkLineComponent, VisualMapComponent],
  SVGRenderer,
]);

/** Readable on light and on dark, and for those who see no difference between red and green. */
export const colors = { ours: '#388bfd', peer: '#db6d28', oracle: '#8b949e', plain: '#8b949e' } as const;

/** Whatever the page looks like, text and background of an image belong together. */
const scheme =
  '<style>:root{color:#1f2328}.page{fill:#fff}' +
  '@media(prefers-color-scheme:dark){:root{color:#e6edf3}.page{fill:#0d1117}}</style>';

/** Text and lines have the colour of the scheme. */
export const text = { color: 'currentColor' } as const;
export const faint = { color: 'currentColor', opacity: 0.2 } as const;

/** An axis that only counts. */
export function valueAxis(name: string, more: object = {}): object {
  return {
    type: 'value',
    name,
    nameLocation: 'middle',
    nameGap: 28,
    nameTextStyle: text,
    axisLabel: text,
    splitLine: { lineStyle: faint },
    ...more,
  };
}

/** An axis with a name for each row, from top to bottom. */
export function rowAxis(rows: readonly string[], more: object = {}): object {
  return {
    type: 'category',
    data: rows,
    inverse: true,
    axisLabel: text,
    axisLine: { lineStyle: faint },
    axisTick: { show: false },
    ...more,
  };
}

/** The same option gives the same text, whatever was drawn before. */
export function render(size: { width: number; height: number }, option: EChartsCoreOption): string {
  const chart = init(null, null, { renderer: 'svg', ssr: true, ...size });
  try {
    chart.setOption({ animation: false, backgroundColor: 'transparent', ...option });
    const svg = chart.renderToSVGString().replaceAll(/ class="zr\d+-cls-\d+"/g, '');
    // ECharts has its styles for the mouse, and its first shape is the background.
    const bare = svg.replace(/<style[^]*?<\/style>\s*/, '').replace(' fill="none"', ' class="page"');
    return `${bare.replace('>', `>\n${scheme}`)}\n`;
  } finally {
    chart.dispose();
  }
}
