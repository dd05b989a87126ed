// Debian's Chromium, kept from everything that a test does not need, and what all tests do with its pages.
import {readFileSync} from 'node:fs';
import {chromium} from 'playwright-core';

export function launch() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    headless: true,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

/** Opens the page of `circuit up`; what it complains of is added to `complaints`. */
export async function openPage(browser, circuit, complaints) {
  const context = await browser.newContext({viewport: {width: 1600, height: 900}, colorScheme: 'dark'});
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  await page.goto(circuit.url);
  await page.waitForSelector('[data-testid=connection-state][data-state=open]');
  return page;
}

/** What stands in the way of people who do not see or do not point, as axe finds it. */
export async function barriers(page) {
  await page.evaluate(readFileSync(new URL('./node_modules/axe-core/axe.min.js', import.meta.url), 'utf8'));
  return page.evaluate(async () =>
    (await window.axe.run()).violations.map(
      (one) =>
        `${one.id}: ${one.nodes
          .slice(0, 3)
          .map((node) => node.target.join(' '))
          .join(', ')}`,
    ),
  );
}
