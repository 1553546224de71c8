// A shop with very many orders: what the plugin asks of the database does not grow with them. Rows that the database
// reads are counted, and no time is measured.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { findWooCommerce } from '../support/shop/woocommerce.mjs';
import { openShop, pinrelay } from './world.mjs';

// The stand-in keeps its orders in its own way.
const skip = (await findWooCommerce()).kind === 'stand-in' && 'not run: needs the real WooCommerce';

/** Settled rows of the outbox; beside them are half as many orders as posts, each with a note. */
const ROWS = 20_000;

const FILL = `
global $wpdb;
$digits = '(SELECT 0 d UNION SELECT 1 UNION SELECT 2 UNION SELECT 3 UNION SELECT 4 UNION SELECT 5 UNION SELECT 6'
    . ' UNION SELECT 7 UNION SELECT 8 UNION SELECT 9)';
$wpdb->query('CREATE TEMPORARY TABLE n (n int PRIMARY KEY)');
$wpdb->query("INSERT INTO n SELECT a.d + 10 * b.d + 100 * c.d + 1000 * e.d + 10000 * f.d FROM $digits a, $digits b,"
    . " $digits c, $digits e, (SELECT 0 d UNION SELECT 1) f");
// One in ten minutes, back from now; all of the outbox's are of orders that are gone.
$wpdb->query("INSERT INTO wp_pinrelay_orders (order_id, event_id, destination, state, verdict, event_time, context,"
    . " updated_at) SELECT 1000000 + n, CONCAT('event-', n), '549755885175', 'settled',"
    . " ELT(1 + n % 4, 'delivered', 'delivered', 'delivered', 'refused'), UNIX_TIMESTAMP() - n * 600, '',"
    . " UNIX_TIMESTAMP() - n * 600 FROM n");
// Of nearly two years: the last hundred within a day, one in a hundred minutes before.
$at = 'UTC_TIMESTAMP() - INTERVAL n * 10 + GREATEST(0, n - 100) * 90 MINUTE';
$wpdb->query("INSERT INTO wp_posts (ID, post_author, post_type, post_status, post_date, post_date_gmt, post_modified,"
    . " post_modified_gmt, post_content, post_title, post_excerpt, to_ping, pinged, post_content_filtered)"
    . " SELECT 500000 + n, 1, 'shop_order', ELT(1 + n % 2, 'wc-processing', 'wc-completed'), $at, $at, $at, $at, '', '',"
    . " '', '', '', '' FROM n WHERE n < 10000");
$wpdb->query("INSERT INTO wp_comments (comment_post_ID, comment_author, comment_date, comment_date_gmt, comment_content,"
    . " comment_type) SELECT 500000 + n, 'WooCommerce', $at, $at, '', 'order_note' FROM n WHERE n < 10000");
$wpdb->query('ANALYZE TABLE wp_posts, wp_comments, wp_pinrelay_orders');
`;

describe('a shop with very many orders', () => {
  let world;

  /** What some PHP gives, and how many rows the database read for it. */
  const measure = async (code) =>
    JSON.parse(
      await world.shop.php(`
        global $wpdb;
        $read = static fn (): int => array_sum(array_column(
            $wpdb->get_results("SHOW SESSION STATUS LIKE 'Handler_read%'", ARRAY_A), 'Value'));
        $outbox = new Pinrelay\\WooCommerce\\Orders\\OutboxTransitions($wpdb);
        $pages = Pinrelay\\WooCommerce\\Orders\\ReconcilePages::class;
        $statuses = $pages::saleStatuses(new Pinrelay\\WooCommerce\\Settings\\Settings());
        $ids = static function (string $by, int $from) use ($pages, $statuses): array {
            foreach ($pages::walk($by, ['from' => $from, 'offset' => 0], time(), $statuses) as $page) {
                return $page['ids'];
            }
        };
        $before = $read();
        $given = (static function () use ($outbox, $ids, $wpdb) { ${code} })();
        echo wp_json_encode(['given' => $given, 'rows' => $read() - $before]);`),
    );

  before(async () => {
    world = await openShop({ database: 'mariadb' });
    if (!skip) {
      await world.shop.php(FILL);
      await world.sql("UPDATE wp_options SET option_value = 'no' WHERE option_name = 'woocommerce_custom_orders_table_enabled'");
    }
  });
  after(() => world.close());

  test('a recount finds the numbers of a table that an earlier version has filled', { skip }, async () => {
    const { code, stdout } = await pinrelay(world.shop.wp, 'status', '--recount', '--format=json');
    assert.equal(code, 0);
    assert.deepEqual(JSON.parse(stdout).verdicts, { delivered: (ROWS / 4) * 3, refused: ROWS / 4 });
  });

  test('the numbers of the settings page and of each drain read no rows of orders', { skip }, async () => {
    const { given, rows } = await measure('return [$outbox->counts(), $outbox->verdicts(), $outbox->endedCount()];');
    assert.equal(given[0].settled, ROWS);
    assert.ok(rows < 100, `${rows} rows`);
  });

  test('where orders are posts, those of the last hour are found without reading the others', { skip }, async () => {
    const { given, rows } = await measure(`return $ids('modified', time() - 3590);`);
    assert.deepEqual(given.sort(), [500000, 500001, 500002, 500003, 500004, 500005]);
    // Of ten thousand: those of the last weeks, and their notes of the last day.
    assert.ok(rows < 2000, `${rows} rows`);
    const placed = await measure(`return $ids('created', time() - 3590);`);
    assert.deepEqual(placed.given.sort(), given);
    assert.ok(placed.rows < 1000, `${placed.rows} rows`);
  });

  test('where orders are posts, one that is completed months after it was placed is found', { skip }, async () => {
    const { given } = await measure(`
      $at = gmdate('Y-m-d H:i:s', time() - 30);
      $wpdb->query("UPDATE wp_posts SET post_modified_gmt = '$at' WHERE ID = 509000");
      $wpdb->query("INSERT INTO wp_comments (comment_post_ID, comment_author, comment_date, comment_date_gmt,"
          . " comment_content, comment_type) VALUES (509000, 'WooCommerce', '$at', '$at', '', 'order_note')");
      return $ids('modified', time() - 300);`);
    assert.ok(given.includes(509000), JSON.stringify(given));
  });

  test('rows of orders that are gone go within the day, and those of others stay', { skip }, async () => {
    await world.sql(
      "INSERT INTO wp_pinrelay_orders (order_id, event_id, state, verdict, context, updated_at) VALUES (500001, 'event', 'settled', 'delivered', '', 1)",
    );
    await world.shop.job('pinrelay_daily');
    const rows = await world.rows();
    assert.deepEqual([...rows.keys()], [500001]);
    assert.deepEqual([rows.get(500001).verdict, rows.get(500001).event_id], ['delivered', ''], 'and it is emptied');
    const { given } = await measure('return $outbox->verdicts();');
    assert.deepEqual(given, { delivered: 1 });
  });
});
