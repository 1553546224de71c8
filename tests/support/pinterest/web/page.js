// Draws /api/records and keeps it fresh. Every value goes in as text, never as markup.

const REFRESH_MS = 1000;
const clock = new Intl.DateTimeFormat(undefined, {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  fractionalSecondDigits: 3,
  hour12: false,
});

function element(name, attributes, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

const time = (ms) => element('span', { class: 'time' }, clock.format(ms));
const quiet = (text) => element('span', { class: 'quiet' }, text);
const cell = (...children) => element('td', {}, ...children);
const number = (text) => element('td', { class: 'number' }, text);

function half(firstMs, count, key, content) {
  if (firstMs === null) return cell(quiet('not received'));
  const times = count > 1 ? quiet(` ${count} times`) : '';
  const details = element('details', { 'data-key': key }, element('summary', {}, time(firstMs), times));
  details.append(element('pre', {}, JSON.stringify(content, null, 2)));
  return cell(details);
}

function verdict(pair) {
  const [mark, kind] = pair.matched ? ['✓ matched', 'good'] : ['✗ not matched', 'bad'];
  const children = [element('span', { class: `verdict ${kind}` }, mark)];
  if (pair.note !== null) children.push(element('div', { class: 'quiet' }, pair.note));
  return cell(...children);
}

function gap(pair) {
  if (!pair.browser || !pair.server) return number('');
  const ms = pair.first_server_ms - pair.first_browser_ms;
  return number(`${ms < 0 ? '\u2212' : ''}${Math.abs(ms).toLocaleString()} ms`);
}

function eventRow(pair, records) {
  const tag = records.browser.find(
    (record) =>
      record.command === 'track' &&
      record.event_id === pair.event_id &&
      record.received_at_ms === pair.first_browser_ms,
  );
  const api = records.server.find(
    (record) => record.event_id === pair.event_id && record.event_name === pair.event_name && !record.test,
  );
  const id = pair.event_id === null ? quiet('none') : element('code', {}, pair.event_id);
  const key = `${pair.event_name} ${pair.event_id}`;
  return element(
    'tr',
    {},
    element('th', { scope: 'row' }, pair.event_name),
    cell(id),
    half(pair.first_browser_ms, pair.browser_count, `browser ${key}`, tag && { data: tag.data, partner: tag.partner }),
    half(pair.first_server_ms, pair.server_count, `server ${key}`, api?.event),
    verdict(pair),
    gap(pair),
  );
}

function fill(id, rows, nothing, columns) {
  const empty = element('tr', {}, element('td', { colspan: columns, class: 'quiet' }, nothing));
  document.getElementById(id).replaceChildren(...(rows.length > 0 ? rows : [empty]));
}

function showOnlyIf(id, wanted) {
  document.getElementById(id).closest('section').hidden = !wanted;
}

function summary({ pairs, requests }) {
  const matched = pairs.filter((pair) => pair.matched).length;
  const refused = requests.filter((request) => request.error !== null).length;
  const events = `${pairs.length} ${pairs.length === 1 ? 'event' : 'events'}, ${matched} matched`;
  return `${events}; ${refused === 0 ? 'no request' : refused === 1 ? '1 request' : `${refused} requests`} refused`;
}

function draw(records) {
  const open = new Set([...document.querySelectorAll('details[open]')].map((details) => details.dataset.key));
  const newest = (list) => [...list].reverse();

  document.getElementById('summary').textContent = summary(records);
  fill(
    'events',
    newest(records.pairs).map((pair) => eventRow(pair, records)),
    'Nothing received yet.',
    6,
  );

  const tests = newest(records.server.filter((record) => record.test)).map((record) =>
    element(
      'tr',
      {},
      cell(time(record.received_at_ms)),
      cell(record.event_name),
      cell(element('code', {}, record.event_id)),
    ),
  );
  showOnlyIf('tests', tests.length > 0);
  fill('tests', tests, '', 3);

  const refused = newest(records.requests.filter((request) => request.error !== null)).map((request) =>
    element(
      'tr',
      {},
      cell(time(request.at_ms)),
      cell(request.status === null ? quiet('none') : String(request.status)),
      number(String(request.events)),
      cell(request.error),
    ),
  );
  fill('refused', refused, 'None.', 4);

  const faults = newest(records.browser.filter((record) => record.faults.length > 0)).map((record) =>
    element(
      'tr',
      {},
      cell(time(record.received_at_ms)),
      cell(element('span', { class: 'call' }, `${record.command} ${record.name ?? ''}`)),
      cell(record.faults.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`)).join('; ')),
    ),
  );
  showOnlyIf('faults', faults.length > 0);
  fill('faults', faults, '', 3);

  for (const details of document.querySelectorAll('details')) details.open = open.has(details.dataset.key);
}

let drawn = '';
async function refresh() {
  try {
    const response = await fetch('/api/records');
    const text = await response.text();
    // Left alone while nothing is new, so that a selection or an open detail stays.
    if (text !== drawn) draw(JSON.parse(text));
    drawn = text;
  } catch {
    document.getElementById('summary').textContent = 'The stand-in does not answer any more.';
    drawn = '';
  }
  setTimeout(refresh, REFRESH_MS);
}

refresh();
