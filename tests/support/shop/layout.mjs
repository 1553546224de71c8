// Where things are below a shop's directory. The database and the spool lie
// beside the document root, as on a well-kept host.

import path from 'node:path';

export function layoutOf(dir) {
  const docroot = path.join(dir, 'public');
  const run = path.join(dir, 'run');
  return {
    dir,
    docroot,
    content: path.join(docroot, 'wp-content'),
    plugins: path.join(docroot, 'wp-content/plugins'),
    wpConfig: path.join(docroot, 'wp-config.php'),
    /** SQLite's file or MariaDB's data. */
    database: path.join(dir, 'database'),
    wpCli: path.join(dir, 'wp-cli.phar'),
    extension: path.join(dir, 'lib/pinrelay.so'),
    phpWeb: path.join(dir, 'php.d/web'),
    phpCli: path.join(dir, 'php.d/cli'),
    /** Pids, sockets, configurations and logs. */
    run,
    socket: path.join(run, 'fpm.sock'),
    databaseSocket: path.join(run, 'mariadb.sock'),
    phpLog: path.join(run, 'php.log'),
    /** Where the plugin puts its spool when nothing says otherwise. */
    spool: path.join(dir, '.pinrelay'),
  };
}

/** The same of a further web server: its own PHP settings and run directory, the same files and database. */
export function nodeLayout(at, name) {
  const run = path.join(at.dir, `run-${name}`);
  return {
    ...at,
    run,
    socket: path.join(run, 'fpm.sock'),
    phpWeb: path.join(at.dir, 'php.d', name),
    spool: path.join(at.dir, `spool-${name}`),
  };
}
