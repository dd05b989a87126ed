// Builds the page:
//   node build.mjs DIR               the page's files into DIR
//   node build.mjs DIR --cpp FILE    the same, and as C++ into FILE
//   node build.mjs --tests DIR FILE...   test files, bundled for node's test runner
import {copyFileSync, mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {basename, join} from 'node:path';
import {build} from 'esbuild';

const files = ['index.html', 'app.js', 'app.css', 'icon.svg'];

async function buildPage(directory) {
  mkdirSync(directory, {recursive: true});
  await build({
    entryPoints: {app: 'src/main.tsx'},
    outdir: directory,
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2021',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    legalComments: 'eof',
    logLevel: 'warning',
  });
  copyFileSync('index.html', join(directory, 'index.html'));
  copyFileSync('icon.svg', join(directory, 'icon.svg'));
}

function writeCpp(directory, target) {
  const arrays = [];
  const entries = [];
  for (const file of files) {
    const name = 'file_' + file.replace(/\W/g, '_');
    const bytes = readFileSync(join(directory, file));
    const lines = [];
    for (let at = 0; at < bytes.length; at += 32) lines.push([...bytes.subarray(at, at + 32)].join(','));
    arrays.push(`constexpr unsigned char ${name}[] = {\n${lines.join(',\n')}};\n`);
    entries.push(`    {"/${file}", ${name}},`);
  }
  writeFileSync(
    target,
    `// Written by page/build.mjs.
#include "server/page_files.hpp"

namespace circuit::web {
namespace {

${arrays.join('\n')}
constexpr PageFile files[] = {
${entries.join('\n')}
};

}  // namespace

std::span<const PageFile> page_files() noexcept { return files; }

}  // namespace circuit::web
`,
  );
}

async function buildTests(directory, tests) {
  mkdirSync(directory, {recursive: true});
  await build({
    entryPoints: tests.map((test) => ({in: test, out: basename(test).replace(/\.ts$/, '')})),
    outdir: directory,
    outExtension: {'.js': '.mjs'},
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node18',
    logLevel: 'warning',
  });
}

const [first, ...rest] = process.argv.slice(2);
if (first === '--tests') {
  await buildTests(rest[0], rest.slice(1));
} else {
  await buildPage(first);
  if (rest[0] === '--cpp') writeCpp(first, rest[1]);
}
