import { expect, it } from 'vitest';
import { drawTerminal } from '../scripts/terminal-picture.ts';

it('draws text with its colours, and nothing of what moves the cursor', () => {
  const picture = drawTerminal(
    'program',
    '\u001B[?25l\u001B[2K\u001B[1mname\u001B[22m \u001B[31m<down>\u001B[39m\nnext',
  );
  expect(picture).toContain('class="bold">name</tspan>');
  expect(picture).toContain('class="red">&lt;down&gt;</tspan>');
  expect(picture).toMatch(/textLength="33\.6">next<\/tspan>/);
  expect(picture).not.toContain('\u001B');
  expect(picture).not.toMatch(/25l|2K/);
});
