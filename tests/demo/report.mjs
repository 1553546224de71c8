// What the demo has to say: as data, and as a table for people. Pure.

/**
 * @param {string} woocommerce  its version, or 'stand-in'
 * @param {Array<{event_name: string, pair: ?object, clicked_ms: number}>} walked
 */
export function reportOf(woocommerce, walked) {
  const events = walked.map(({ event_name, pair, clicked_ms }) => ({
    event_name,
    event_id: pair?.event_id ?? '',
    browser: Boolean(pair?.browser),
    server: Boolean(pair?.server),
    matched: Boolean(pair?.matched),
    // -1: nothing was acknowledged.
    ack_ms: pair?.first_server_ms ? Math.round(pair.first_server_ms - clicked_ms) : -1,
  }));
  return { woocommerce, events };
}

/** The report as lines of text. */
export function table({ events }) {
  const yes = (value) => (value ? 'yes' : 'NO');
  const rows = events.map((event) => [
    event.event_name,
    event.event_id,
    yes(event.browser),
    yes(event.server),
    yes(event.matched),
    event.ack_ms < 0 ? '-' : String(event.ack_ms),
  ]);
  const lines = [['event', 'event_id', 'browser half', 'server half', 'matched', 'ack ms'], ...rows];
  const widths = lines[0].map((_, column) => Math.max(...lines.map((line) => line[column].length)));
  return lines
    .map((line) => line.map((cell, column) => cell.padEnd(widths[column])).join('  ').trimEnd())
    .join('\n');
}
