// The stand-in as a command: reads the arguments, starts it, says where, and stops on a signal.

import { parseArgs } from 'node:util';

import { DEFAULTS, startStandin } from './index.mjs';

const USAGE = `usage: node server.mjs [--port P] [--host H] [--token T] [--account A] [--log FILE]
  --port     ${DEFAULTS.port} picks a free one (default)
  --host     ${DEFAULTS.host}
  --token    the Bearer token to accept, ${DEFAULTS.token}
  --account  the ad account it may use, ${DEFAULTS.account}
  --log      append each record to this file as one JSON line`;

function readArguments() {
  const text = { type: 'string' };
  const { values } = parseArgs({
    options: { port: text, host: text, token: text, account: text, log: text, help: { type: 'boolean' } },
  });
  const { help = false, port = String(DEFAULTS.port), ...rest } = values;
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65535) throw new Error(`--port: '${port}' is not a port`);
  if (rest.account !== undefined && !/^\d{1,18}$/.test(rest.account)) throw new Error('--account: not 1 to 18 digits');
  return { help, options: { ...rest, port: Number(port) } };
}

let given;
try {
  given = readArguments();
} catch (error) {
  process.stderr.write(`${error.message}\n${USAGE}\n`);
  process.exit(2);
}
if (given.help) {
  process.stdout.write(`${USAGE}\n`);
  process.exit(0);
}

try {
  const standin = await startStandin(given.options);
  process.stdout.write(`listening ${standin.url}\n`);
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => standin.stop());
} catch (error) {
  process.stderr.write(`cannot listen: ${error.message}\n`);
  process.exit(1);
}
