import { createRequire } from 'node:module';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';

const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

/** A look at the page, and what the browser complained of. */
export interface Visit {
  readonly page: Page;
  readonly complaints: string[];
}

export async function launch(): Promise<Browser> {
  const executablePath = process.env['CHROMIUM_PATH'];
  if (!executablePath) throw new Error('CHROMIUM_PATH is not set: run this by `pnpm test:browser`.');
  // Chromium's sandbox refuses to work for root.
  const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  return await chromium.launch({ executablePath, args });
}

/** Opens the page, and resolves when it shows what the application says. */
export async function visit(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<Visit> {
  const page = await browser.newPage(options);
  page.setDefaultTimeout(60_000);
  const complaints: string[] = [];
  page.on('pageerror', ({ message }) => complaints.push(message));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  await page.goto(url);
  await page.locator('#connection[data-state=live]').waitFor();
  await page.locator('[data-traffic]').waitFor();
  return { page, complaints };
}

/** What axe finds, of those that keep somebody from using the page. */
export async function barriers(page: Page): Promise<string[]> {
  await page.addScriptTag({ path: axe });
  return await page.evaluate<string[]>(`
    axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) => violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => id + ': ' + nodes.map(({ html }) => html).join(' ')))`);
}

/** The texts of the buttons that Tab does not reach. */
export async function unreachedButtons(page: Page): Promise<string[]> {
  const bound = 100;
  const wanted = new Set(await page.locator('button:visible').allInnerTexts());
  for (let i = 0; i < bound && wanted.size > 0; i += 1) {
    await page.keyboard.press('Tab');
    wanted.delete(await page.evaluate<string>('document.activeElement.innerText'));
  }
  return [...wanted];
}

/** By how many pixels the page is wider than its window. */
export async function overhang(page: Page): Promise<number> {
  return await page.evaluate<number>('document.documentElement.scrollWidth - window.innerWidth');
}

/** Takes a picture for the README, when asked to. */
export async function picture(page: Page, name: string): Promise<void> {
  if (!process.env['SCREENSHOTS']) return;
  await page.screenshot({ path: new URL(`../docs/${name}.png`, import.meta.url).pathname });
}
