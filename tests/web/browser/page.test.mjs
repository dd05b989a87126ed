// The page against a live cluster: what it shows, what it does, and whom it refuses.
import assert from 'node:assert/strict';
import {existsSync} from 'node:fs';
import {createServer, request} from 'node:http';
import {connect} from 'node:net';
import {after, before, test} from 'node:test';
import {barriers, launch, openPage} from './browser.mjs';
import {Circuit} from './circuit.mjs';

const rows = '[data-testid=worker-row]';

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

async function rowOf(text) {
  return page.locator(rows).filter({hasText: text});
}

test('the token leaves the address bar and stays in this tab alone', async () => {
  assert.equal(await page.evaluate(() => location.hash), '');
  assert.equal(page.url().includes(circuit.token), false);
  assert.equal(await page.evaluate(() => localStorage.getItem('circuit.token')), null);
});

test('a worker spawned from a terminal appears without a reload', async () => {
  await page.evaluate(() => (window.notReloaded = true));
  circuit.begin('spawn', 'localhost', '-a', '/t', 'sleep', '60');
  const row = await rowOf('sleep');
  await row.waitFor();
  assert.match(await row.innerText(), /\/t/);
  assert.equal(await page.evaluate(() => window.notReloaded), true);
});

test('the form spawns greet with an argument and shows what it returned', async () => {
  await page.getByTestId('spawn-button').click();
  await page.getByTestId('spawn-function').selectOption('greet');
  await page.getByTestId('spawn-argument-name').fill('X');
  assert.match(await page.getByTestId('spawn-command').innerText(), /^circuit spawn localhost greet '"X"'$/);
  await page.getByTestId('spawn-submit').click();
  await page.getByTestId('spawn-result').getByText('Hello X').waitFor();
  await page.keyboard.press('Escape');
  await page.getByTestId('spawn-submit').waitFor({state: 'detached'});
});

test('a screenshot is kept', async () => {
  await (await rowOf('sleep')).click();
  await page.screenshot({path: 'page-dark.png'});
  await page.emulateMedia({colorScheme: 'light'});
  await page.screenshot({path: 'page-light.png'});
  await page.emulateMedia({colorScheme: 'dark'});
});

test('nothing stands in the way of people who do not see or do not point', async () => {
  for (const open of [async () => {}, () => page.keyboard.press('n'), () => page.keyboard.press('?')]) {
    for (const colorScheme of ['dark', 'light']) {
      await page.emulateMedia({colorScheme});
      await open();
      assert.deepEqual(await barriers(page), [], colorScheme);
      await page.keyboard.press('Escape');
    }
  }
  await page.emulateMedia({colorScheme: 'dark'});
});

test('kill and its confirmation end that very process, and its row goes', async () => {
  const row = await rowOf('sleep');
  const id = await row.getAttribute('data-worker');
  const pid = Number((await row.locator('[role=gridcell]').nth(3).innerText()).trim());
  assert.ok(existsSync(`/proc/${pid}`));

  await row.click();
  await page.getByTestId('kill-button').click();
  assert.equal(await page.evaluate(() => document.activeElement?.getAttribute('data-testid')), 'kill-cancel');
  await page.keyboard.press('Enter');
  await page.getByTestId('kill-confirm').waitFor({state: 'detached'});
  assert.ok(existsSync(`/proc/${pid}`), 'Enter is Cancel');

  await page.getByTestId('kill-button').click();
  await page.getByTestId('kill-confirm').click();
  await page.locator(`[data-worker=${id}]`).waitFor({state: 'detached', timeout: 15_000});
  assert.equal(existsSync(`/proc/${pid}`), false);
});

test('the filter shows what it says, and says what it does not understand', async () => {
  const filter = page.getByTestId('filter');
  await filter.fill('function:nothing_has_this_name');
  await page.getByText('matches the filter').or(page.getByText('No worker runs')).first().waitFor();
  await filter.fill('colour:red');
  await page.getByText('there is no field').waitFor();
  await filter.fill('');
});

// -- who is refused

function status(options, body) {
  const {hostname, port} = new URL(circuit.origin);
  return new Promise((resolve, reject) => {
    const asked = request({hostname, port, setHost: !options.headers?.Host, ...options}, (response) => {
      response.resume();
      response.on('end', () => resolve(response.statusCode));
    });
    asked.on('error', reject);
    asked.end(body);
  });
}

/** The status line of a WebSocket upgrade with these header fields. */
function upgrade(headers) {
  const {hostname, port, host} = new URL(circuit.origin);
  const fields = {
    Host: host,
    Origin: circuit.origin,
    Upgrade: 'websocket',
    Connection: 'Upgrade',
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
    ...headers,
  };
  const lines = Object.entries(fields)
    .filter(([, value]) => value !== null)
    .map(([name, value]) => `${name}: ${value}`);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () =>
      socket.write(`GET /api/v1/stream HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`),
    );
    socket.once('data', (data) => {
      socket.destroy();
      resolve(Number(/^HTTP\/1\.1 (\d+)/.exec(String(data))?.[1]));
    });
    socket.once('error', reject);
  });
}

test('without the token, or with a foreign Host or Origin, every request is refused', async () => {
  const token = {Authorization: `Bearer ${circuit.token}`};
  const spawnBody = JSON.stringify({function: 'greet', arguments: ['X']});
  const requests = [
    ['GET', '/api/v1/workers'],
    ['GET', '/api/v1/functions'],
    ['POST', '/api/v1/workers', spawnBody],
    ['DELETE', '/api/v1/workers/R0000000000000001'],
  ];
  for (const [method, path, body] of requests) {
    const name = `${method} ${path}`;
    assert.equal(await status({method, path, headers: {Origin: circuit.origin}}, body), 401, name);
    assert.equal(await status({method, path, headers: {...token, Host: 'evil.example'}}, body), 403, name);
    for (const origin of ['http://evil.example', `${circuit.origin}.evil.example`, 'null'])
      assert.equal(
        await status({method, path, headers: {...token, Origin: origin}}, body),
        403,
        `${name} ${origin}`,
      );
  }
  assert.equal(await status({path: '/api/v1/workers', headers: token}), 200, 'the right one is let in');
});

test('a stream with a foreign Host or Origin is refused, and one without the token tells nothing', async () => {
  assert.equal(await upgrade({Origin: 'http://evil.example'}), 403);
  assert.equal(await upgrade({Origin: `${circuit.origin}.evil.example`}), 403);
  assert.equal(await upgrade({Origin: 'null'}), 403);
  assert.equal(await upgrade({Origin: null}), 403);
  assert.equal(await upgrade({Host: 'evil.example'}), 403);
  assert.equal(await upgrade({}), 101);
  const code = await page.evaluate(
    () =>
      new Promise((resolve) => {
        const socket = new WebSocket(location.origin.replace('http', 'ws') + '/api/v1/stream');
        socket.onopen = () => socket.send('{"token":"wrong"}');
        socket.onmessage = () => resolve('it told something');
        socket.onclose = (event) => resolve(event.code);
      }),
  );
  assert.equal(code, 1008);
});

test('another page in the same browser can neither look in nor act', async () => {
  const evil = createServer((_, response) => response.setHeader('Content-Type', 'text/html').end('<p>evil'));
  await new Promise((resolve) => evil.listen(0, '127.0.0.1', resolve));
  const context = await browser.newContext();
  try {
    const other = await context.newPage();
    await other.goto(`http://127.0.0.1:${evil.address().port}/`);
    const got = await other.evaluate(
      async ({origin, token}) => {
        const attempt = async (options) => {
          try {
            return (await fetch(`${origin}/api/v1/workers`, options)).type;
          } catch {
            return 'refused';
          }
        };
        const stream = new Promise((resolve) => {
          const socket = new WebSocket(`${origin.replace('http', 'ws')}/api/v1/stream`);
          socket.onopen = () => resolve('opened');
          socket.onerror = () => resolve('refused');
        });
        return [
          await attempt({headers: {Authorization: `Bearer ${token}`}}),
          await attempt({
            method: 'POST',
            body: '{"function":"greet"}',
            headers: {Authorization: `Bearer ${token}`},
          }),
          await attempt({method: 'DELETE'}),
          await stream,
        ];
      },
      {origin: circuit.origin, token: circuit.token},
    );
    assert.deepEqual(got, ['refused', 'refused', 'refused', 'refused']);
  } finally {
    await context.close();
    evil.close();
  }
});

test('a page without a token says where to find the URL', async () => {
  const context = await browser.newContext();
  const fresh = await context.newPage();
  await fresh.goto(`${circuit.origin}/`);
  await fresh.getByText('This page needs its token').waitFor();
  assert.equal(await fresh.locator(rows).count(), 0);
  await fresh.goto(`${circuit.origin}/#t=${'0'.repeat(32)}`);
  await fresh.getByText('not valid any more').waitFor();
  await context.close();
});

test('the page has complained of nothing', () => {
  // The refused WebSocket of the test above is the browser's own word, not the page's.
  assert.deepEqual(
    complaints.filter((text) => !text.includes('WebSocket')),
    [],
  );
});

test('when the endpoint ends, the page says so and lets nobody act', async () => {
  await circuit.down();
  await page.waitForSelector('[data-testid=connection-state][data-state=waiting]');
  assert.equal(await page.getByTestId('spawn-button').isDisabled(), true);
});
