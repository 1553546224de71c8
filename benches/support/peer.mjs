// A Pinterest that only answers: it looks at nothing but how many events a body
// holds, so that what is measured beside it is the sender.
//
//   node peer.mjs [--delay MS] [--note]
//
// Prints its address. `GET /cost` tells what it cost so far: calls, the most of
// them at once, events, bytes, and its own CPU time. With --note, `GET /answered` tells when (in
// nanoseconds of the monotonic clock) the answer to each event id went out.

import { createServer } from 'node:http';

const { argv } = process;
const delay = argv.includes('--delay') ? Number(argv[argv.indexOf('--delay') + 1]) : 0;
const note = argv.includes('--note');
const ID = Buffer.from('"event_id":"');
const TAKEN = '{"status":"processed","error_message":"","warning_message":""}';

const answers = new Map();
const answered = {};
const cost = { calls: 0, most_at_once: 0, events: 0, bytes: 0 };
let atOnce = 0;

function eventIds(body) {
  const ids = [];
  let at = body.indexOf(ID);
  while (at >= 0) {
    const from = at + ID.length;
    ids.push(note ? body.toString('latin1', from, body.indexOf('"', from)) : '');
    at = body.indexOf(ID, from);
  }
  return ids;
}

function answerTo(count) {
  if (!answers.has(count)) {
    const events = Array(count).fill(TAKEN).join(',');
    const text = `{"num_events_received":${count},"num_events_processed":${count},"events":[${events}]}`;
    answers.set(count, Buffer.from(text));
  }
  return answers.get(count);
}

function json(response, body) {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length });
  response.end(body);
}

const tell = {
  '/cost': () => ({ ...cost, cpu_us: process.cpuUsage() }),
  '/answered': () => answered,
};

const server = createServer((request, response) => {
  if (tell[request.url]) {
    json(response, Buffer.from(JSON.stringify(tell[request.url]())));
    return;
  }
  atOnce += 1;
  cost.most_at_once = Math.max(cost.most_at_once, atOnce);
  response.on('close', () => (atOnce -= 1));
  const parts = [];
  request.on('data', (part) => parts.push(part));
  request.on('end', () => {
    const body = parts.length === 1 ? parts[0] : Buffer.concat(parts);
    const ids = eventIds(body);
    cost.calls += 1;
    cost.events += ids.length;
    cost.bytes += body.length;
    const answer = () => {
      json(response, answerTo(ids.length));
      if (note) {
        const now = Number(process.hrtime.bigint());
        ids.forEach((id) => (answered[id] = now));
      }
    };
    if (delay > 0) {
      setTimeout(answer, delay);
    } else {
      answer();
    }
  });
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}`));
