// A Pinterest for the extension's own tests: takes every well-formed batch, answers per event as the events endpoint
// does, and keeps what it got. It checks nothing; the strict stand-in in tests/support/pinterest is for that.
//
//   node pinterest.mjs RECORDS PAYLOADS
//
// RECORDS gets requests.ndjson, one line for each call as it arrives, and calls.ndjson, one line for each call that is
// over: which process made it, when it began and ended, whether the whole answer left, and which others waited for an answer when
// it came (a caller that has died waits for nothing, however late that is noticed here). PAYLOADS gets the first bodies
// as files, for the schema checks. RECORDS/behaviour.json, read at each call, says how to behave:
//
//   {"mode": "ok" | "503" | "hang", "delay": [0, 20]}      milliseconds before the answer, at random in between
//
// An event whose id begins with "refuse-" fails in the answer, the others are processed.

import { randomUUID } from 'node:crypto';
import { appendFileSync, mkdirSync, readFileSync, readdirSync, readlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';

const MOST_PAYLOADS = 50;
const ESTABLISHED = '01';

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
    const inode = otherEnds().get(port)?.inode;
    const pids = list('/proc').filter((name) => /^\d+$/.test(name));
    return inode ? Number(pids.reverse().find(holds(inode))) || null : null;
}

/** The ends of connections on this machine, by port: the socket's inode, and whether a process still has it open. */
function otherEnds() {
    let rows;
    try {
        rows = readFileSync('/proc/net/tcp', 'utf8').split('\n').map((row) => row.trim().split(/\s+/));
    } catch {
        return new Map();
    }
    const end = (row) => [parseInt(row[1].slice(-4), 16), { inode: row[9], isOpen: row[3] === ESTABLISHED }];
    return new Map(rows.filter((row) => row[1]?.startsWith('0100007F:')).map(end));
}

let connections = 0;
let calls = 0;
const unanswered = new Set();

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
        const ends = unanswered.size > 0 ? otherEnds() : null;
        const waits = ({ remotePort }) => remotePort !== socket.remotePort && ends.get(remotePort)?.isOpen;
        const beside = [...unanswered].filter(waits).map((other) => other.caller.pid);
        unanswered.add(socket);
        line('requests.ndjson', { path: request.url, authorization: request.headers.authorization, events });
        response.on('close', () => {
            unanswered.delete(socket);
            const ids = events.map((event) => event.event_id);
            const answered = response.writableFinished;
            const test = request.url.includes('?test=true');
            line('calls.ndjson', { ...socket.caller, began, ended: now(), beside, mode, test, answered, ids });
        });
        if (mode === 'hang') return;
        const [status, text] = mode === 'ok' ? [200, answer(events)] : [503, { code: 1, message: 'Unavailable' }];
        setTimeout(() => {
            // From here on the caller may have its answer, and another may call.
            unanswered.delete(socket);
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
