<?php

/** The order that everything is measured with: five lines, and all that a shop knows of its buyer. */

declare(strict_types=1);

namespace Pinrelay\Bench;

/** @return array<string, mixed> built anew, as a shop builds it; the n-th differs in its id and its buyer */
function checkout(int $n): array
{
    $items = [];
    for ($line = 1; $line <= 5; $line++) {
        $items[] = [
            'id' => "mug-$line",
            'name' => "A stoneware mug, number $line",
            'category' => 'Kitchen > Mugs',
            'brand' => 'Hearth',
            'price' => '12.75',
            'quantity' => $line,
        ];
    }
    return [
        'event_name' => 'checkout',
        'event_id' => sprintf('%08x%08x%016x', crc32((string) $n), getmypid(), $n),
        'event_source_url' => 'https://shop.example/checkout/order-received/17/',
        'user' => [
            'email' => "Jane.Roe+$n@Example.com",
            'phone' => '+1 415 555 0132',
            'first_name' => 'Jane',
            'last_name' => 'Roe-Miller',
            'city' => 'Springfield',
            'state' => 'IL',
            'postcode' => '62701',
            'country' => 'US',
            'external_id' => "customer-$n",
            'ip' => '203.0.113.7',
            'user_agent' => 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
            'click_id' => 'dj0yJnU9N2xHZ1V2',
        ],
        'order_id' => (string) (1000 + $n),
        'currency' => 'EUR',
        'value' => '191.25',
        'items' => $items,
    ];
}

/** What somebody looks at before: one product, no name and no address. */
function visit(int $n): array
{
    $user = checkout($n)['user'];
    return [
        'event_name' => 'page_visit',
        'event_id' => sprintf('v%07x%08x%016x', crc32((string) $n) >> 4, getmypid(), $n),
        'event_source_url' => 'https://shop.example/product/mug/',
        'user' => array_intersect_key($user, ['ip' => 1, 'user_agent' => 1, 'external_id' => 1, 'click_id' => 1]),
        'items' => [['id' => 'mug-1', 'name' => 'A stoneware mug, number 1', 'price' => '12.75']],
    ];
}

/** The match keys of an order that are hashed. @return list<string> */
function hashedFields(array $event): array
{
    return array_values(array_diff_key($event['user'], ['ip' => 1, 'user_agent' => 1, 'click_id' => 1]));
}

/** @return array<string, mixed> */
function given(): array
{
    return json_decode($_SERVER['INPUT'] ?? $_SERVER['argv'][1], true, 64, JSON_THROW_ON_ERROR);
}
