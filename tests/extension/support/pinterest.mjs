// A Pinterest for the extension's own tests: takes every well-formed batch, answers per event as the events endpoint
// does, and keeps what it got. It checks nothing; the strict stand-in in tests/support/pinterest is for that.
//
//   node pinterest.mjs RECORDS PAYLOADS
//
// RECORDS gets requests.ndjson, one line per call; PAYLOADS gets each body as a file, for the schema checks.
// An event whose id begins with "refuse-" fails in the answer, the others are processed.

import { randomUUID } from 'node:crypto';
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';

const [records, payloads] = process.argv.slice(2);
mkdirSync(payloads, { recursive: true });

function verdict(event) {
    return event.event_id.startsWith('refuse-')
        ? { status: 'failed', error_message: 'Refused by its event_id', warning_message: '' }
        : { status: 'processed', error_message: '', warning_message: '' };
}

const server = createServer((request, response) => {
    const parts = [];
    request.on('data', (part) => parts.push(part));
    request.on('end', () => {
        const body = Buffer.concat(parts).toString();
        const events = JSON.parse(body).data;
        writeFileSync(join(payloads, `extension-${randomUUID()}.json`), body);
        const { authorization } = request.headers;
        const line = JSON.stringify({ path: request.url, authorization, events });
        appendFileSync(join(records, 'requests.ndjson'), `${line}\n`);
        const verdicts = events.map(verdict);
        const processed = verdicts.filter(({ status }) => status === 'processed').length;
        const answer = {
            num_events_received: events.length,
            num_events_processed: processed,
            events: verdicts,
        };
        response.writeHead(200, { 'content-type': 'application/json' });
        response.end(JSON.stringify(answer));
    });
});
server.listen(0, '127.0.0.1', () => {
    console.log(`listening http://127.0.0.1:${server.address().port}`);
});
