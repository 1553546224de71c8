// One web server of a shop: a PHP-FPM pool and the nginx before it. A shop has one or more, on the same WordPress files
// and the same database; what each has of its own lies in its own run directory.

import { readFileSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';

import { FPM_STATUS, fpmConfig, nginxConfig } from './configs.mjs';
import { account, fpmBinary, nginxBinary } from './php.mjs';
import { run } from './run.mjs';
import { freePort, startService, until } from './service.mjs';

/** sockaddr_un holds 108 bytes, the last of them zero. */
const LONGEST_SOCKET_PATH = 107;

/** The processes whose parent is `pid`. */
function childrenOf(pid) {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

/**
 * @param at    layoutOf() or nodeLayout() of the shop
 * @param wish  workers, ondemand, idleSeconds, port, as startShop() takes them; patience (nginxConfig); `under`, a command that
 *              runs PHP-FPM
 * @param env   more of PHP-FPM's environment
 */
export async function startNode(at, wish, env = {}) {
  if (at.socket.length > LONGEST_SOCKET_PATH) {
    throw new Error(`the path of the socket is too long: ${at.socket}`);
  }
  const port = wish.port || (await freePort());
  await mkdir(at.run, { recursive: true });
  await writeFile(`${at.run}/fpm.conf`, fpmConfig(at, { account, ...wish, workers: wish.workers ?? 4 }));
  await writeFile(`${at.run}/nginx.conf`, nginxConfig(at, { ...wish, account, port }));
  if (account) {
    await run('chown', ['-R', `${account.uid}:${account.gid}`, at.run]);
  }

  const [command, ...before] = [...(wish.under ?? []), fpmBinary()];
  const startFpm = () =>
    startService(command, [...before, '-F', '-y', `${at.run}/fpm.conf`], {
      target: at.socket,
      // SIGQUIT lets requests end and modules shut down.
      signal: 'SIGQUIT',
      cwd: at.dir,
      env: { PATH: process.env.PATH, PHP_INI_SCAN_DIR: `:${at.phpWeb}`, ...env },
    });
  let fpm = await startFpm();
  const nginx = await startService(
    nginxBinary(),
    ['-e', `${at.run}/nginx-error.log`, '-c', `${at.run}/nginx.conf`, '-p', at.dir],
    { target: port },
  );

  const url = `http://127.0.0.1:${port}`;
  const workers = () => childrenOf(fpm.pid);

  /** Whether no worker has anything left to do; one that is not there has not. */
  async function isIdle() {
    if (workers().length === 0) {
      return true;
    }
    const answer = await fetch(`${url}${FPM_STATUS}?json&full`);
    const { processes } = await answer.json();
    // One of them answers this question.
    return processes.filter(({ state }) => state !== 'Idle').length <= 1;
  }

  return {
    port,
    url,
    /** Pids of the pool's workers. */
    workers,
    /** Waits until what requests do after their answers is done, too. */
    idle: () => until('the workers to have nothing left to do', isIdle, { guardMs: 120_000, everyMs: 20 }),
    /** A new image of PHP-FPM with new workers, as a log rotation or a deployment asks for. */
    reload: () => process.kill(fpm.pid, 'SIGUSR2'),
    stopPhp: () => fpm.stop(),
    async startPhp() {
      fpm = await startFpm();
    },
    /** As when the machine's power goes: no process of PHP has a last word. */
    async kill() {
      const workers = childrenOf(fpm.pid);
      process.kill(fpm.pid, 'SIGKILL');
      workers.forEach((pid) => process.kill(pid, 'SIGKILL'));
      await fpm.stop();
      await nginx.stop();
      await rm(at.socket, { force: true });
    },
    async stop() {
      await nginx.stop();
      await fpm.stop();
    },
  };
}
