// A MariaDB of a shop's own: its data below the shop's directory, reached through a socket there and nothing else.
// It asks for no password, since nobody but the shop's account can reach it.

import { execFileSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { firstThatExists } from './php.mjs';
import { run } from './run.mjs';
import { startService } from './service.mjs';

export const DATABASE = 'shop';

const server = () =>
  firstThatExists(['/usr/sbin/mariadbd', '/usr/bin/mariadbd', '/usr/local/sbin/mariadbd', '/usr/libexec/mariadbd']);

/** Of the server: a data directory belongs to its version. */
export const mariaDbVersion = () => execFileSync(server(), ['--no-defaults', '--version'], { encoding: 'utf8' }).trim();

/** Root may run it as root only by saying so. */
const asWhomArgs = (asWhom) => (process.getuid() === 0 && asWhom.uid === undefined ? ['--user=root'] : []);

/** Makes an empty data directory at `at.database`. */
export async function createMariaDb(at) {
  const install = firstThatExists(['/usr/bin/mariadb-install-db', '/usr/local/bin/mariadb-install-db']);
  await mkdir(at.database, { recursive: true });
  await run(install, [
    '--no-defaults',
    `--datadir=${at.database}`,
    '--auth-root-authentication-method=normal',
    '--skip-test-db',
    '--innodb-log-file-size=8M',
    ...asWhomArgs({}),
  ]);
}

/**
 * @param at     layoutOf() of the shop
 * @param asWhom {uid, gid} or {}: whom its files belong to
 */
export async function startMariaDb(at, asWhom) {
  const first = path.join(at.run, 'mariadb.sql');
  await writeFile(first, `CREATE DATABASE IF NOT EXISTS ${DATABASE} CHARACTER SET utf8mb4;\n`);
  return startService(
    server(),
    [
      '--no-defaults',
      ...asWhomArgs(asWhom),
      `--datadir=${at.database}`,
      `--socket=${at.databaseSocket}`,
      `--pid-file=${at.run}/mariadb.pid`,
      `--log-error=${at.run}/mariadb.log`,
      `--init-file=${first}`,
      '--skip-networking',
      '--skip-grant-tables',
      '--innodb-log-file-size=8M',
      '--innodb-buffer-pool-size=48M',
      // What survives a power cut is no question here.
      '--innodb-flush-log-at-trx-commit=0',
      '--innodb-use-native-aio=0',
    ],
    { target: at.databaseSocket, cwd: at.dir, ...asWhom },
  );
}
