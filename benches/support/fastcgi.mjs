// One FastCGI request: as much of the protocol as running a script needs.

import net from 'node:net';

const [BEGIN, END, PARAMS, STDIN, STDOUT] = [1, 3, 4, 5, 6];

function record(type, content) {
  const head = Buffer.alloc(8);
  head.writeUInt8(1, 0);
  head.writeUInt8(type, 1);
  head.writeUInt16BE(1, 2);
  head.writeUInt16BE(content.length, 4);
  return Buffer.concat([head, content]);
}

function pairs(parameters) {
  const parts = Object.entries(parameters).flatMap(([name, value]) => {
    const [key, text] = [Buffer.from(name), Buffer.from(value)];
    const lengths = Buffer.alloc(8);
    lengths.writeUInt32BE((key.length | 0x80000000) >>> 0, 0);
    lengths.writeUInt32BE((text.length | 0x80000000) >>> 0, 4);
    return [lengths, key, text];
  });
  return Buffer.concat(parts);
}

function* records(bytes) {
  let at = 0;
  while (at + 8 <= bytes.length) {
    const length = bytes.readUInt16BE(at + 4);
    yield { type: bytes.readUInt8(at + 1), content: bytes.subarray(at + 8, at + 8 + length) };
    at += 8 + length + bytes.readUInt8(at + 6);
  }
}

/** Runs `script` with `input` as JSON in $_SERVER['INPUT']; resolves with what it printed. */
export function request(socketPath, script, input = {}) {
  const parameters = { SCRIPT_FILENAME: script, REQUEST_METHOD: 'GET', INPUT: JSON.stringify(input) };
  const none = Buffer.alloc(0);
  return new Promise((resolve, reject) => {
    const parts = [];
    const socket = net.connect(socketPath);
    socket.on('error', reject);
    socket.on('data', (part) => parts.push(part));
    socket.on('close', () => {
      const all = [...records(Buffer.concat(parts))];
      const output = Buffer.concat(all.filter(({ type }) => type === STDOUT).map(({ content }) => content)).toString();
      if (!all.some(({ type }) => type === END)) {
        reject(new Error(`${script} broke off: ${output}`));
        return;
      }
      resolve(output.slice(output.indexOf('\r\n\r\n') + 4));
    });
    socket.write(Buffer.concat([
      record(BEGIN, Buffer.from([0, 1, 0, 0, 0, 0, 0, 0])),
      record(PARAMS, pairs(parameters)),
      record(PARAMS, none),
      record(STDIN, none),
    ]));
  });
}
