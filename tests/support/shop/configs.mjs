// The text of every configuration file of a shop, from the shop's layout. Pure:
// nothing here reads or writes.

const phpString = (text) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;

const phpValue = (value) => (typeof value === 'string' ? phpString(value) : JSON.stringify(value));

/** @returns {object} wp-config's constants about the database: the SQLite drop-in's, or those of our own MariaDB */
const databaseConstants = (at, database) =>
  database === 'mariadb'
    ? { DB_NAME: 'shop', DB_USER: 'shop', DB_PASSWORD: '', DB_HOST: `localhost:${at.databaseSocket}`, DB_CHARSET: 'utf8mb4' }
    : { DB_NAME: 'shop', DB_DIR: at.database };

/** wp-config.php. `constants` are the caller's and come first, so they win; null leaves one out. */
export function wpConfig(at, database, constants) {
  const all = {
    ...constants,
    ...databaseConstants(at, database),
    WP_DEBUG: true,
    WP_DEBUG_LOG: at.phpLog,
    WP_DEBUG_DISPLAY: false,
    DISABLE_WP_CRON: true,
    AUTOMATIC_UPDATER_DISABLED: true,
    WP_AUTO_UPDATE_CORE: false,
  };
  // Salts are fixed: nothing here is worth protecting, and a copied snapshot keeps its sessions.
  const salts = ['AUTH', 'SECURE_AUTH', 'LOGGED_IN', 'NONCE'].flatMap((name) => [`${name}_KEY`, `${name}_SALT`]);
  const lines = [
    ...Object.entries(all),
    ...salts.map((name) => [name, `pinrelay test shop ${name}`]),
  ]
    .filter(([, value]) => value !== null)
    .map(([name, value]) => `define(${phpString(name)}, ${phpValue(value)});`);
  return `<?php\n${lines.join('\n')}\n$table_prefix = 'wp_';
if (!defined('ABSPATH')) {
    define('ABSPATH', __DIR__ . '/');
}
require_once ABSPATH . 'wp-settings.php';
`;
}

/** A scan directory's ini file: the extension is loaded at startup, as in a real shop. */
export function phpIni(extension, ini) {
  const lines = Object.entries(ini).map(([name, value]) => `${name} = "${value}"`);
  return `${[...(extension ? [`extension = ${extension}`] : []), ...lines].join('\n')}\n`;
}

/** Where PHP-FPM itself tells what its workers do; no PHP runs for it. */
export const FPM_STATUS = '/fpm-status';

/** @param idleSeconds  after which an ondemand pool lets a worker go */
export function fpmConfig(at, { account, workers, ondemand, idleSeconds = 10 }) {
  const owner = account
    ? [`user = ${account.name}`, `group = ${account.name}`, `listen.owner = ${account.name}`]
    : [];
  const manager = ondemand
    ? ['pm = ondemand', `pm.process_idle_timeout = ${idleSeconds}s`]
    : ['pm = static'];
  return [
    '[global]',
    `pid = ${at.run}/fpm.pid`,
    `error_log = ${at.run}/fpm.log`,
    'daemonize = no',
    '[shop]',
    ...owner,
    `listen = ${at.socket}`,
    ...manager,
    `pm.max_children = ${workers}`,
    `pm.status_path = ${FPM_STATUS}`,
    'catch_workers_output = yes',
    'php_admin_flag[display_errors] = off',
    'php_admin_flag[log_errors] = on',
    `php_admin_value[error_log] = ${at.phpLog}`,
    'php_admin_value[memory_limit] = 256M',
    '',
  ].join('\n');
}

/** Of a block that is kept for documentation. */
export const SHOPPER_IP = '203.0.113.20';

/** As containers see what stands before them. */
const PROXY_IP = '172.18.0.1';

const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];

/** The usual recipe for WooCommerce: whatever has no cart, no account and no query is kept, whatever headers it has. */
const cacheOfPages = {
  http: (at) => `
  fastcgi_cache_path ${at.run}/nginx-cache levels=1 keys_zone=pages:1m;
  map "$request_method$http_cookie$query_string$uri" $skip_cache {
    default 0;
    "~^(?!GET)" 1;
    "~(woocommerce_items_in_cart|wordpress_logged_in)" 1;
    "~(add-to-cart|wc-ajax|pinrelay-test|rest_route)" 1;
    "~(/wp-json/|/wp-admin/|/wp-login|/checkout/|/cart/|/my-account/|collect\\.php)" 1;
  }`,
  php: `
      fastcgi_cache pages;
      fastcgi_cache_key $host$request_uri;
      fastcgi_cache_valid 200 10m;
      fastcgi_ignore_headers Cache-Control Expires Set-Cookie;
      fastcgi_cache_bypass $skip_cache;
      fastcgi_no_cache $skip_cache;
      add_header X-Cache $upstream_cache_status always;`,
};

/** WordPress' own recipe for a network of folders: its files are found below each of them. */
const folders = `    if (!-e $request_filename) {
      rewrite "^/[_0-9a-zA-Z-]+(/wp-(content|admin|includes).*)" $1 last;
      rewrite "^/[_0-9a-zA-Z-]+(/.*\\.php)$" $1 last;
    }`;

/**
 * `network`: whether the sites of a network lie in folders; `cache`: a full-page cache in front; `forbid`: the path of a PHP file that the host does not let anybody call;
 * `patience`: seconds that PHP may take for an answer; `hidden`: whether a proxy stands before it of which PHP knows
 * nothing.
 */
export function nginxConfig(at, { account, port, cache = false, forbid = '', patience = 120, network = false, hidden = false }) {
  const pages = cache ? cacheOfPages : { http: () => '', php: '' };
  return `${account ? `user ${account.name};` : ''}
daemon off;
worker_processes 1;
pid ${at.run}/nginx.pid;
error_log ${at.run}/nginx-error.log warn;
events { worker_connections 512; }
http {
  include /etc/nginx/mime.types;
  access_log ${at.run}/nginx-access.log;
  client_max_body_size 16m;
${temporary.map((name) => `  ${name}_temp_path ${at.run}/nginx-${name};`).join('\n')}${pages.http(at)}
  server {
    listen 127.0.0.1:${port};
    server_name _;
    root ${at.docroot};
    index index.php;
${network ? `${folders}\n` : ''}${forbid ? `    location = ${forbid} { return 403; }\n` : ''}    location / { try_files $uri $uri/ /index.php?$args; }
    location = ${FPM_STATUS} {
      include /etc/nginx/fastcgi_params;
      fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name;
      fastcgi_pass unix:${at.socket};
    }
    location ~ \\.php$ {
      try_files $uri =404;
      include /etc/nginx/fastcgi_params;
      fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name;
      # Shoppers come from the internet, not from the loopback: a private address identifies nobody and is left out.
      fastcgi_param REMOTE_ADDR ${hidden ? PROXY_IP : SHOPPER_IP};${hidden ? `
      fastcgi_param HTTP_X_FORWARDED_FOR ${SHOPPER_IP};` : ''}
      # With the port, which some distributions' fastcgi_params cut off.
      fastcgi_param HTTP_HOST $http_host;
      fastcgi_read_timeout ${patience}s;${pages.php}
      fastcgi_pass unix:${at.socket};
    }
  }
}
`;
}
