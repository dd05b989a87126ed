// The page over a real ZooKeeper: the tree that it shows is the one that ZooKeeper's own shell walks.
import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import {after, before, test} from 'node:test';
import {launch, openPage} from './browser.mjs';
import {Circuit} from './circuit.mjs';
import {Zookeeper} from './zookeeper.mjs';

let zookeeper;
let circuit;
let browser;
let page;
const complaints = [];

before(async () => {
  zookeeper = await Zookeeper.start();
  circuit = new Circuit();
  await circuit.start(0, '--zookeeper', zookeeper.address);
  browser = await launch();
  page = await openPage(browser, circuit, complaints);
});

after(async () => {
  await browser?.close();
  await circuit?.down();
  circuit?.remove();
  await zookeeper?.stop();
});

/** All nodes of the tree, sorted. */
function walk() {
  const words = ['-server', zookeeper.address, 'ls', '-R', '/anchor'];
  const out = execFileSync('/usr/share/zookeeper/bin/zkCli.sh', words, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
    timeout: 60_000,
  });
  const nodes = out.split('\n').filter((line) => line.startsWith('/anchor/'));
  return nodes.map((line) => line.slice('/anchor'.length)).sort();
}

/** The lines of the page's tree as paths, sorted, once all directories are unfolded. */
async function shown() {
  const folded = page.locator('[role=treeitem][aria-expanded=false] .fold');
  while ((await folded.count()) > 0) await folded.first().click();
  const rows = await page.locator('[role=treeitem]').evaluateAll((items) =>
    items
      .map((item) => ({
        top: item.getBoundingClientRect().top,
        level: Number(item.getAttribute('aria-level')),
        name: item.querySelector('.tree-name, .tree-worker').textContent.replace(/^\//, ''),
      }))
      .sort((a, b) => a.top - b.top),
  );
  const above = [];
  const paths = rows.map(({level, name}) => {
    above.length = level - 1;
    above.push(name);
    return `/${above.join('/')}`;
  });
  return paths.sort();
}

test('the tree is the one that ZooKeeper has, while workers come and go', async () => {
  const living = [];
  for (let i = 0; i < (process.env.CIRCUIT_LONG ? 1000 : 12); i += 1) {
    const anchor = `/${'abc'[i % 3]}/${'xy'[i % 2]}`;
    living.push(circuit.run('spawn', '-d', 'localhost', '-a', anchor, 'sleep', '600').split(' ')[0]);
    if (living.length > 7 || i % 3 === 2) circuit.run('kill', '--signal', 'KILL', living.shift());
  }
  for (const id of living) await page.getByText(id).first().waitFor();
  const walked = walk();
  assert.equal(walked.filter((path) => /\/R[0-9a-f]{16}$/.test(path)).length, 2 * living.length);
  const deadline = Date.now() + 15_000;
  while (JSON.stringify(await shown()) !== JSON.stringify(walked)) {
    if (Date.now() > deadline) assert.deepEqual(await shown(), walked);
    await page.evaluate(() => new Promise(requestAnimationFrame));
  }
  assert.deepEqual(complaints, []);
});
