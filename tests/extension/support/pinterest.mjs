// A Pinterest for the extension's own tests: takes every well-formed batch, answers per event as the events endpoint
// does, and keeps what it got. It checks nothing; the strict stand-in in tests/support/pinterest is for that.
//
//   node pinterest.mjs RECORDS PAYLOADS
//
// RECORDS gets requests.ndjson, one line for each call as it arrives, and calls.ndjson, one line for each call that is
// over: which process made it, when it began and ended, and whether the whole answer left. PAYLOADS gets the first
// bodies as files, for the schema checks. RECORDS/behaviour.json, read at each call, says how to behave:
//
//   {"mode": "ok" | "503" | "hang", "delay": [0, 20]}      milliseconds before the answer, at random in between
//
// An event whose id begins with "refuse-" fails in the answer, the others are processed.

import { randomUUID } from 'node:crypto';
import { appendFileSync, mkdirSync, readFileSync, readdirSync, readlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';

const MOST_PAYLOADS = 50;

const [records, payloads] = process.argv.slice(2);
mkdirSync(payloads, { recursive: true });

const line = (file, value) => appendFileSync(join(records, file), `${JSON.stringify(value)}\n`);
const now = () => performance.timeOrigin + performance.now();

function behaviour() {
    try {
        return JSON.parse(readFileSync(join(records, 'behaviour.json'), 'utf8'));
    } catch {
        return {};
    }
}

function verdict(event) {
    return event.event_id.startsWith('refuse-')
        ? { status: 'failed', error_message: 'Refused by its event_id', warning_message: '' }
        : { status: 'processed', error_message: '', warning_message: '' };
}

function answer(events) {
    const verdicts = events.map(verdict);
    const processed = verdicts.filter(({ status }) => status === 'processed').length;
    return { num_events_received: events.length, num_events_processed: processed, events: verdicts };
}

/** Which process holds the other end of a connection; null once it is gone, or where there is no /proc. */
function caller(port) {
    const list = (dir) => {
        try {
            return readdirSync(dir);
        } catch {
            return [];
        }
    };
    const target = (link) => {
        try {
            return readlinkSync(link);
        } catch {
            return null;
        }
    };
    const holds = (inode) => (pid) =>
        list(`/proc/${pid}/fd`).some((fd) => target(`/proc/${pid}/fd/${fd}`) === `socket:[${inode}]`);
    try {
        const local = `0100007F:${port.toString(16).toUpperCase().padStart(4, '0')}`;
        const rows = readFileSync('/proc/net/tcp', 'utf8').split('\n').map((row) => row.trim().split(/\s+/));
        const inode = rows.find((row) => row[1] === local)?.[9];
        const pids = list('/proc').filter((name) => /^\d+$/.test(name));
        return Number(pids.reverse().find(holds(inode))) || null;
    } catch {
        return null;
    }
}

let connections = 0;
let calls = 0;

const server = createServer((request, response) => {
    const { socket } = request;
    const parts = [];
    const began = now();
    request.on('data', (part) => parts.push(part));
    request.on('end', () => {
        const body = Buffer.concat(parts).toString();
        const events = JSON.parse(body).data;
        const { mode = 'ok', delay = [0, 0] } = behaviour();
        calls += 1;
        if (calls <= MOST_PAYLOADS) {
            writeFileSync(join(payloads, `extension-${randomUUID()}.json`), body);
        }
        line('requests.ndjson', { path: request.url, authorization: request.headers.authorization, events });
        response.on('close', () => {
            const ids = events.map((event) => event.event_id);
            const answered = response.writableFinished;
            line('calls.ndjson', { ...socket.caller, began, ended: now(), mode, answered, ids });
        });
        if (mode === 'hang') return;
        const [status, text] = mode === 'ok' ? [200, answer(events)] : [503, { code: 1, message: 'Unavailable' }];
        setTimeout(() => {
            response.writeHead(status, { 'content-type': 'application/json' });
            response.end(JSON.stringify(text));
        }, delay[0] + Math.random() * (delay[1] - delay[0]));
    });
});
server.on('connection', (socket) => {
    connections += 1;
    socket.caller = { connection: connections, pid: caller(socket.remotePort) };
});
server.listen(0, '127.0.0.1', () => {
    console.log(`listening http://127.0.0.1:${server.address().port}`);
});
