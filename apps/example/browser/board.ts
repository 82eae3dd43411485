import type { Page } from 'playwright-core';

/** What is seen of the deployment, and pressed to break it. */
export class Board {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  async press(fault: string): Promise<void> {
    await this.#page.locator(`[data-fault=${fault}][aria-disabled=false]`).click();
  }

  /** The node that our lanes are on, by the picture. */
  async master(): Promise<string> {
    return (await this.#page.locator('[data-traffic]').getAttribute('data-traffic')) ?? '';
  }

  /** Resolves when the picture shows the lanes on another node, which says that it is the master. */
  async masterAfter(old: string): Promise<string> {
    await this.#page.locator(`[data-traffic]:not([data-traffic="${old}"])`).waitFor();
    const master = await this.master();
    await this.node(master, '[data-role=master]');
    return master;
  }

  async node(address: string, state: string): Promise<void> {
    await this.#page.locator(`[data-node="${address}"]${state}`).waitFor();
  }

  /** Resolves when the page has judged the latest fault, and gives its headline. */
  async verdict(): Promise<string> {
    const verdict = this.#page.locator('#verdict[data-state=final]');
    await verdict.waitFor();
    return await verdict.locator('.headline').innerText();
  }

  /** Resolves when every node but the master replicates it. */
  async mended(): Promise<void> {
    const nodes = await this.#page.locator('[data-node]').count();
    await this.#page.locator('[data-node][data-role=master][data-state=running]').waitFor();
    const replicas = this.#page.locator('[data-node][data-role=replica][data-state=running]');
    await replicas.nth(nodes - 2).waitFor();
    await this.#page
      .locator('.replication.up')
      .nth(nodes - 2)
      .waitFor({ state: 'attached' });
  }

  /** A number of each lane of ours, as the table shows it. */
  async ours(key: 'lost' | 'failed' | 'hung'): Promise<string[]> {
    return await this.#page.locator(`[data-ours=true] [data-key=${key}]`).allInnerTexts();
  }
}
