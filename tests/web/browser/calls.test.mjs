// The calls in flight on the page, against a live cluster: what runs, what is stopped, and what ends.
import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';
import {barriers, launch, openPage} from './browser.mjs';
import {Circuit} from './circuit.mjs';

let circuit;
let browser;
let page;
const complaints = [];

before(async () => {
  circuit = await Circuit.up();
  browser = await launch();
  page = await openPage(browser, circuit, complaints);
});

after(async () => {
  await browser?.close();
  await circuit?.down();
  circuit?.remove();
});

function callRow(text) {
  return page.getByTestId('call-row').filter({hasText: text});
}

/** Waits until the text of `locator` fits. */
async function untilText(locator, fits) {
  const deadline = Date.now() + 15_000;
  for (;;) {
    const text = await locator.innerText();
    if (fits(text)) return text;
    assert.ok(Date.now() < deadline, `it is still "${text}"`);
    await page.evaluate(() => new Promise(requestAnimationFrame));
  }
}

function seconds(age) {
  const match = /^([\d.]+) (ms|s)$/.exec(age.trim());
  assert.ok(match, `"${age}" is no young age`);
  return Number(match[1]) / (match[2] === 'ms' ? 1000 : 1);
}

const ageOf = (row) => row.locator('[role=gridcell]').first();

test('where no worker runs, the page says how to start one', async () => {
  await page.getByText('No worker runs.').waitFor();
  assert.deepEqual(await barriers(page), []);
});

test('where no call is in flight, the page says what would be one', async () => {
  await page.getByTestId('tab-calls').click();
  await page.getByText('No call is in flight.').waitFor();
  assert.deepEqual(await barriers(page), []);
  assert.equal(await page.getByTestId('tab-calls').getAttribute('aria-selected'), 'true');
});

test('a spawned function is a call with its argument, and ages', async () => {
  circuit.begin('spawn', 'localhost', '-a', '/t', 'sleep', '600');
  const row = callRow('sleep(600)');
  await row.waitFor();
  assert.equal(await row.getAttribute('data-phase'), 'running');
  const young = seconds(await ageOf(row).innerText());
  await untilText(ageOf(row), (text) => seconds(text) > young + 0.4);
  await untilText(page.getByTestId('tab-calls'), (text) => /^Calls\s+1$/.test(text.trim()));
});

test('a click on an end of a call shows the worker there, and that one its call', async () => {
  const row = callRow('sleep(600)');
  const callee = await row.getAttribute('data-callee');
  await row.getByTestId('callee').click();
  const detail = page.getByRole('complementary', {name: 'Selected worker'});
  await detail.getByRole('heading', {name: callee}).waitFor();
  const served = detail.getByTestId('worker-call').filter({hasText: 'sleep(600)'});
  assert.equal(await served.getAttribute('data-serves'), 'true');
  await page.getByTestId('tab-workers').click();
  assert.equal(await served.count(), 1, 'the detail shows it beside the workers as well');
  await page.getByTestId('tab-calls').click();
});

test('the tab that was chosen is chosen again after a reload, and its calls are read again', async () => {
  await page.reload();
  await callRow('sleep(600)').waitFor();
});

test('a call stays and ages while its worker is stopped', async () => {
  const row = callRow('sleep(600)');
  const id = await row.getAttribute('data-callee');
  const pid = JSON.parse(circuit.run('worker', id, '--json')).pid;
  assert.ok(pid > 1);
  process.kill(pid, 'SIGSTOP');
  try {
    const text = circuit.run('calls', id);
    assert.match(text, /sleep\(600\)/, 'read while it is stopped');
    const age = seconds(await ageOf(row).innerText());
    await untilText(ageOf(row), (now) => seconds(now) > age + 0.4);
    // Who begins to look now is told as well: nothing of the worker itself is needed for it.
    await page.reload();
    await row.waitFor();
  } finally {
    process.kill(pid, 'SIGCONT');
  }
});

test('a call that is made within another is indented under it', async () => {
  circuit.beginProgram(process.env.CIRCUIT_RELAY_PROGRAM, '600');
  const inner = callRow('Sleeper.rest(600');
  await inner.waitFor();
  assert.equal(await inner.getAttribute('data-level'), '1');
  const outer = callRow('rest_elsewhere(');
  assert.equal(await outer.getAttribute('data-level'), '0');
  assert.equal(await outer.getAttribute('data-callee'), await inner.getAttribute('data-caller'));
  const above = (await outer.boundingBox()).y;
  const below = (await inner.boundingBox()).y;
  assert.equal(below - above, 26, 'the one stands right above the other');
  const indent = (row) =>
    row.locator('.mono span').evaluate((text) => parseFloat(getComputedStyle(text).paddingLeft));
  assert.ok((await indent(inner)) > (await indent(outer)));
  assert.deepEqual(await barriers(page), []);
});

test('the keyboard goes through the calls, and from one end to the other', async () => {
  const outer = callRow('rest_elsewhere(');
  const inner = callRow('Sleeper.rest(600');
  const shown = page.getByRole('complementary', {name: 'Selected worker'}).getByRole('heading').first();
  const is = (id) => untilText(shown, (text) => text.includes(id));
  await outer.click();
  await is(await outer.getAttribute('data-callee'));
  await page.keyboard.press('j');
  await is(await inner.getAttribute('data-callee'));
  await page.keyboard.press('Enter');
  await is(await inner.getAttribute('data-caller'));
  await page.keyboard.press('Enter');
  await is(await inner.getAttribute('data-callee'));
  await page.keyboard.press('k');
  await is(await outer.getAttribute('data-callee'));
  await page.keyboard.press('1');
  await page.locator('[data-testid=worker-row]').first().waitFor();
  await page.keyboard.press('2');
  await outer.waitFor();
});

test('the filter filters calls too', async () => {
  const filter = page.getByTestId('filter');
  await filter.fill('method:sleep');
  await callRow('rest_elsewhere(').waitFor({state: 'detached'});
  assert.equal(await callRow('sleep(600)').count(), 1);
  await filter.fill('phase:nonsense');
  await page.getByText(/None of \d+ calls matches the filter/).waitFor();
  await filter.fill('');
  await callRow('rest_elsewhere(').waitFor();
});

test('what a worker says of its calls is shown as text and as nothing else', async () => {
  const hostile = '<img src=x onerror="window.broken=1"></script><b>';
  const other = await page.context().newPage();
  await other.routeWebSocket(/stream/, (socket) => {
    const server = socket.connectToServer();
    server.onMessage((message) =>
      socket.send(message.replaceAll('"method":"sleep"', `"method":${JSON.stringify(hostile)}`)),
    );
  });
  await other.goto(circuit.url);
  const row = other.getByTestId('call-row').filter({hasText: `${hostile}(600)`});
  await row.waitFor();
  await row.click();
  await other.getByTestId('worker-call').filter({hasText: hostile}).waitFor();
  assert.equal(await other.evaluate(() => window.broken), undefined);
  assert.equal(await other.locator('main img, main b').count(), 0);
  await other.close();
});

test('a call goes when its worker is killed', async () => {
  const row = callRow('sleep(600)');
  await row.getByTestId('callee').click();
  await page.getByTestId('kill-button').click();
  await page.getByTestId('kill-confirm').click();
  await row.waitFor({state: 'detached'});
});

test('the page has complained of nothing', () => assert.deepEqual(complaints, []));
