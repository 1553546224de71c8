<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Admin;

use Pinrelay\WooCommerce\Orders\DeadLetters;
use Pinrelay\WooCommerce\Relay\RelayFactory;

/**
 * The events that Pinterest refused, on the settings page: lists the newest with its words, and takes the owner's
 * answer to each. RefusedView draws them. It must not show what an event holds, which is about visitors.
 */
final class RefusedEvents
{
    public const ACTION = 'pinrelay_refused';
    private const SHOWN = 20;
    /** The extension keeps no more. */
    private const ALL = 1000;

    public function __construct(
        private readonly RelayFactory $relays,
        private readonly DeadLetters $letters,
    ) {
    }

    public function print(int $now): void
    {
        $relay = $this->relays->relay();
        if ($relay === null) {
            return;
        }
        try {
            $letters = $this->letters->newest($relay, self::ALL);
        } catch (\Throwable $thrown) {
            $this->relays->failed('refused events', $thrown);
            return;
        }
        (new RefusedView(
            array_map(self::row(...), array_slice($letters, 0, self::SHOWN)),
            count($letters),
            is_string($_GET['refused'] ?? null) ? sanitize_key($_GET['refused']) : '',
            absint($_GET['count'] ?? 0),
        ))->print(self::ACTION, wp_nonce_field(self::ACTION, '_wpnonce', true, false), $now);
    }

    /** @return array{id: string, what: string, url: string, words: string, at: int} */
    private static function row(array $letter): array
    {
        $order = $letter['order_id'] === null ? false : wc_get_order($letter['order_id']);
        return [
            'id' => (string) $letter['event_id'],
            'what' => $order instanceof \WC_Order
                ? sprintf(
                    /* translators: %s: an order's number */
                    __('Order %s', 'pinrelay'),
                    $order->get_order_number(),
                )
                : (string) $letter['event_name'],
            'url' => $order instanceof \WC_Order ? (string) $order->get_edit_order_url() : '',
            'words' => (string) $letter['message'],
            'at' => (int) $letter['at'],
        ];
    }

    public function takeAnswer(): void
    {
        check_admin_referer(self::ACTION);
        if (!current_user_can(SettingsPage::CAPABILITY)) {
            wp_die(esc_html__('You may not change these settings.', 'pinrelay'), '', ['response' => 403]);
        }
        $again = $this->ids('again');
        $discard = $this->ids('discard');
        try {
            [$did, $count] = $discard !== []
                ? ['discarded', $this->letters->discard($discard, time())]
                : ['again', $this->again($again)];
        } catch (\Throwable $thrown) {
            $this->relays->failed('refused events', $thrown);
            [$did, $count] = ['failed', 0];
        }
        $outcome = ['refused' => $did, 'count' => $count];
        wp_safe_redirect(add_query_arg($outcome, SettingsPage::url()) . '#pinrelay-refused');
        exit;
    }

    /** @param list<string> $ids */
    private function again(array $ids): int
    {
        $relay = $this->relays->relay();
        $node = $this->relays->node();
        return $relay === null || $node === null ? 0 : $this->letters->retry($relay, $node, $ids, time());
    }

    /** @return list<string> the ids that a button stands for; "all" is every one of them */
    private function ids(string $button): array
    {
        $id = wp_unslash($_POST[$button] ?? '');
        if (!is_string($id) || $id === '') {
            return [];
        }
        $relay = $id === 'all' ? $this->relays->relay() : null;
        return $relay === null ? [$id] : array_column($this->letters->newest($relay, self::ALL), 'event_id');
    }
}
