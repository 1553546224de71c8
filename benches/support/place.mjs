// Where a bench works: a directory of its own on the disk under test, with what
// PHP's workers have to read, and the FPM they run in.

import { chmodSync, chownSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { extensionFile } from '../../tests/support/extension.mjs';
import { account, fpmBinary } from '../../tests/support/shop/php.mjs';
import { startService } from '../../tests/support/shop/service.mjs';

const scripts = fileURLToPath(new URL('../php', import.meta.url));

export const ACCOUNT_ID = '549755885175';

/** A fresh directory, gone when this process ends. A checkout may lie where the workers cannot read. */
export function workplace() {
  const dir = mkdtempSync(path.join(os.tmpdir(), 'pinrelay-bench-'));
  process.on('exit', () => rmSync(dir, { recursive: true, force: true }));
  chmodSync(dir, 0o755);
  cpSync(extensionFile('release'), path.join(dir, 'pinrelay.so'));
  cpSync(scripts, path.join(dir, 'php'), { recursive: true });
  let made = 0;
  return {
    dir,
    extension: path.join(dir, 'pinrelay.so'),
    script: (name) => path.join(dir, 'php', name),
    /** A directory that PHP's workers own. */
    fresh(name) {
      made += 1;
      const fresh = path.join(dir, `${name}-${made}`);
      mkdirSync(fresh);
      if (account) {
        chownSync(fresh, account.uid, account.gid);
      }
      return fresh;
    },
  };
}

/** A relay's options. */
export function options(spool, apiBase = 'http://127.0.0.1:9') {
  return {
    site: 'https://shop.example',
    ad_account_id: ACCOUNT_ID,
    access_token: 'pina_bench',
    spool_dir: spool,
    api_base: `${apiBase}/v5`,
    generation: 1,
  };
}

/** PHP's arguments that load the extension and nothing else. */
export const phpArguments = (work, ini = {}) => [
  '-n',
  '-d',
  `extension=${work.extension}`,
  ...Object.entries({ 'pinrelay.max_bytes': '16G', ...ini }).flatMap(([name, value]) => ['-d', `${name}=${value}`]),
];

/** An FPM with so many workers; `extension: false` leaves ours out. */
export async function startFpm(work, { workers = 1, extension = true, ini = {} } = {}) {
  const home = work.fresh('fpm');
  const socket = path.join(home, 'fpm.sock');
  const owner = account ? [`user = ${account.name}`, `group = ${account.name}`] : [];
  const config = [
    '[global]', `error_log = ${home}/fpm.log`, 'daemonize = no',
    '[bench]', ...owner, `listen = ${socket}`, 'pm = static', `pm.max_children = ${workers}`, 'catch_workers_output = yes',
  ];
  writeFileSync(path.join(home, 'fpm.conf'), `${config.join('\n')}\n`);
  const args = extension ? phpArguments(work, ini) : ['-n'];
  const service = await startService(fpmBinary(), ['-F', '-y', path.join(home, 'fpm.conf'), ...args], { target: socket });
  return { socket, stop: service.stop };
}
