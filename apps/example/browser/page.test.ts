import { whileAwake } from '@switchmaster/testing';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startExample, type Example, type ExampleOptions } from '../src/example.ts';
import { Board } from './board.ts';
import { barriers, launch, overhang, picture, unreachedButtons, visit, type Visit } from './visit.ts';

const options: ExampleOptions = { host: '127.0.0.1', port: 0, replicas: 2, rate: 100, contrasts: true };
const desktop = { viewport: { width: 1440, height: 1120 }, reducedMotion: 'reduce' } as const;
const phone = {
  viewport: { width: 360, height: 1500 },
  deviceScaleFactor: 2,
  hasTouch: true,
  isMobile: true,
};
const nothing = ['0', '0', '0', '0'];

let example: Example;
let browser: Browser;
let seen: Visit;
let board: Board;

beforeAll(async () => {
  [example, browser] = await Promise.all([startExample(options), launch()]);
  seen = await visit(browser, example.url, { ...desktop, colorScheme: 'light' });
  board = new Board(seen.page);
});

afterAll(async () => {
  await browser.close();
  await example[Symbol.asyncDispose]();
});

test('a planned failover moves the master in the picture, and no lane of ours loses or fails a write', () =>
  whileAwake(async () => {
    await board.mended();
    const old = await board.master();
    await board.press('failover');
    await board.masterAfter(old);
    await seen.page.locator('[data-phase=announced].seen').waitFor();
    await picture(seen.page, 'during');
    await board.verdict();
    await board.node(old, '[data-role=replica]');
    expect(await board.ours('lost')).toEqual(nothing);
    expect(await board.ours('failed')).toEqual(nothing);
    expect(await board.ours('hung')).toEqual(nothing);
    expect(await board.verdict()).toContain('no write lost');
    await picture(seen.page, 'light');
  }));

test.each([
  { fault: 'kill', state: 'dead', repair: 'restart' },
  { fault: 'freeze', state: 'frozen', repair: 'thaw' },
  { fault: 'isolate', state: 'isolated', repair: 'heal' },
])(
  '$fault shows the master as $state, our lanes go on at another one, and $repair mends it',
  async ({ fault, state, repair }) => {
    const old = await board.master();
    await board.press(fault);
    await board.node(old, `[data-state=${state}]`);
    await board.masterAfter(old);
    await board.verdict();
    expect(await board.ours('hung')).toEqual(nothing);
    if (fault === 'kill') await pictureInTheDark();
    await board.press(repair);
    await board.mended();
  },
);

test('a stopped sentinel is shown, and starts again', async () => {
  const { page } = seen;
  await board.press('stop-sentinel');
  const dead = page.locator('[data-sentinel][data-state=dead]');
  await dead.waitFor();
  await board.press('start-sentinel');
  await dead.waitFor({ state: 'detached' });
  await page.locator('[data-link].connected').nth(2).waitFor({ state: 'attached' });
  expect(await page.locator('[data-link].lost').count()).toBe(0);
});

test('a lane is switched off and on', async () => {
  const { page } = seen;
  const toggle = page.locator('[data-lane=ioredis-sentinel] [role=switch]');
  const plot = page.locator('[data-plot=ioredis-sentinel]');
  await toggle.click();
  await plot.waitFor({ state: 'detached' });
  expect(await toggle.isChecked()).toBe(false);
  await toggle.click();
  await plot.waitFor();
  expect(await toggle.isChecked()).toBe(true);
});

test('the log stands still while it is paused, and has what was missed afterwards', async () => {
  const { page } = seen;
  const latest = page.locator('#log li').first();
  const pause = page.locator('#pause');
  await pause.click();
  const before = await latest.innerText();
  await board.press('stop-sentinel');
  await pause.filter({ hasText: 'new' }).waitFor();
  expect(await latest.innerText()).toBe(before);
  await pause.click();
  await latest.filter({ hasNotText: before }).waitFor();
  await board.press('start-sentinel');
});

test.each(['light', 'dark'] as const)('nobody is kept out in the %s', async (colorScheme) => {
  await seen.page.emulateMedia({ colorScheme });
  expect(await barriers(seen.page)).toEqual([]);
});

test('Tab reaches every button', async () => {
  expect(await unreachedButtons(seen.page)).toEqual([]);
});

test('on a phone nothing is wider than the screen', async () => {
  const { page, complaints } = await visit(browser, example.url, { ...phone, colorScheme: 'light' });
  expect(await overhang(page)).toBe(0);
  expect(await barriers(page)).toEqual([]);
  await picture(page, 'phone');
  expect(complaints).toEqual([]);
  await page.close();
});

test('the browser has nothing to complain of', () => {
  expect(seen.complaints).toEqual([]);
});

test('a lost connection is told, and comes back by itself', async () => {
  const { page } = seen;
  const port = Number(new URL(example.url).port);
  await example[Symbol.asyncDispose]();
  await page.getByText('What you see is old').waitFor();
  await page.locator('html.stale').waitFor();
  expect(await page.locator('[data-fault][aria-disabled=false]').count()).toBe(0);

  example = await startExample({ ...options, port });
  await page.locator('#connection[data-state=live]').waitFor();
  await page.locator('#banner').waitFor({ state: 'hidden' });
  await page.locator('html.stale').waitFor({ state: 'detached' });
  await page.locator('[data-fault=kill][aria-disabled=false]').waitFor();
});

async function pictureInTheDark(): Promise<void> {
  await seen.page.emulateMedia({ colorScheme: 'dark' });
  await picture(seen.page, 'dark');
  await seen.page.emulateMedia({ colorScheme: 'light' });
}
