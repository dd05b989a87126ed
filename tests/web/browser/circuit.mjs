// `circuit up` in a directory of its own, and the commands that speak to it.
import {execFileSync, spawn} from 'node:child_process';
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {createInterface} from 'node:readline';

const program = process.env.CIRCUIT_PROGRAM ?? process.env.CIRCUIT_BUILT_PROGRAM;

export class Circuit {
  static async up() {
    const circuit = new Circuit();
    await circuit.start();
    return circuit;
  }

  constructor() {
    this.directory = mkdtempSync(join(tmpdir(), 'circuit-browser-'));
    this.environment = {...process.env, CIRCUIT_DIR: this.directory};
  }

  /** Returns once the page's URL is printed. */
  async start(port = 0, ...more) {
    this.process = spawn(program, ['up', '--dir', this.directory, '--port', String(port), ...more], {
      env: this.environment,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const lines = createInterface({input: this.process.stdout});
    this.url = await new Promise((resolve, reject) => {
      this.process.once('exit', (code) => reject(new Error(`circuit up ended with ${code}`)));
      const late = setTimeout(() => reject(new Error('circuit up printed no URL within 20 s')), 20_000);
      lines.on('line', (line) => {
        const match = /^Page: (http:\/\/127\.0\.0\.1:\d+\/#t=\S+)/.exec(line);
        if (!match) return;
        clearTimeout(late);
        resolve(match[1]);
      });
    });
    this.origin = new URL(this.url).origin;
    this.token = new URL(this.url).hash.slice('#t='.length);
  }

  /** Runs `circuit ARGUMENTS...` and returns what it printed. */
  run(...words) {
    return execFileSync(program, words, {env: this.environment, encoding: 'utf8', timeout: 30_000});
  }

  /** Starts `circuit ARGUMENTS...` without waiting for its end. */
  begin(...words) {
    return this.beginProgram(program, ...words);
  }

  /** Starts an app of this cluster without waiting for its end. */
  beginProgram(path, ...words) {
    const child = spawn(path, words, {env: this.environment, stdio: 'ignore'});
    this.children = [...(this.children ?? []), child];
    return child;
  }

  async down() {
    for (const child of this.children ?? []) child.kill('SIGKILL');
    if (this.process.exitCode === null && this.process.signalCode === null) {
      const ended = new Promise((resolve) => this.process.once('exit', resolve));
      this.process.kill('SIGINT');
      const late = setTimeout(() => this.process.kill('SIGKILL'), 15_000);
      await ended;
      clearTimeout(late);
    }
  }

  remove() {
    rmSync(this.directory, {recursive: true, force: true});
  }
}
