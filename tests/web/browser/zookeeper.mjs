// A ZooKeeper of the test's own, by `circuit zookeeper`.
import {spawn} from 'node:child_process';
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {createInterface} from 'node:readline';

const program = process.env.CIRCUIT_PROGRAM ?? process.env.CIRCUIT_BUILT_PROGRAM;

export class Zookeeper {
  /** Returns once it serves. */
  static async start() {
    const zookeeper = new Zookeeper();
    zookeeper.data = mkdtempSync(join(tmpdir(), 'circuit-zookeeper-'));
    zookeeper.process = spawn(program, ['zookeeper', '--port', '0', '--data', zookeeper.data], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const lines = createInterface({input: zookeeper.process.stdout});
    zookeeper.address = await new Promise((resolve, reject) => {
      zookeeper.process.once('exit', (code) => reject(new Error(`circuit zookeeper ended with ${code}`)));
      lines.on('line', (line) => {
        const match = /circuit up --zookeeper (\S+)/.exec(line);
        if (match) resolve(match[1]);
      });
    });
    return zookeeper;
  }

  async stop() {
    if (this.process.exitCode === null && this.process.signalCode === null) {
      const ended = new Promise((resolve) => this.process.once('exit', resolve));
      this.process.kill('SIGINT');
      await ended;
    }
    rmSync(this.data, {recursive: true, force: true});
  }
}
