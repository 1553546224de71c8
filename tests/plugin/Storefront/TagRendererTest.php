<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Tests\Storefront;

use PHPUnit\Framework\Attributes\DataProvider;
use PHPUnit\Framework\Attributes\Group;
use PHPUnit\Framework\Attributes\RequiresPhpExtension;
use PHPUnit\Framework\TestCase;
use Pinrelay\WooCommerce\Collect\PageFacts;
use Pinrelay\WooCommerce\Mapping\BrowseEvents;
use Pinrelay\WooCommerce\Mapping\CartEvent;
use Pinrelay\WooCommerce\Mapping\PageVisitEvent;
use Pinrelay\WooCommerce\Settings\Settings;
use Pinrelay\WooCommerce\Storefront\BaseTag;
use Pinrelay\WooCommerce\Storefront\TagRenderer;
use Pinrelay\WooCommerce\Tests\Mapping\Fixtures;

final class TagRendererTest extends TestCase
{
    public function testAnOrderIsACheckoutInTheTagsOwnWords(): void
    {
        [, $track] = TagRenderer::calls(Fixtures::event('order-percent-coupon'));
        [$mug, $plate] = Fixtures::event('order-percent-coupon')['items'];
        self::assertSame(['track', 'checkout', [
            'event_id' => Fixtures::EVENT_ID,
            'value' => 41.65,
            'currency' => 'EUR',
            'order_id' => Fixtures::facts('order-percent-coupon')['number'],
            'order_quantity' => 3,
            'promo_code' => 'save15',
            'line_items' => [
                [
                    'product_id' => $mug['id'],
                    'product_name' => 'Mug',
                    'product_category' => 'Cups & Mugs, Kitchen',
                    'product_brand' => 'Brennofen',
                    'product_price' => 12.5,
                    'product_quantity' => 2,
                ],
                [
                    'product_id' => $plate['id'],
                    'product_name' => 'Plate',
                    'product_category' => 'Uncategorized',
                    'product_price' => 24,
                    'product_quantity' => 1,
                ],
            ],
        ]], $track);
    }

    public function testMatchKeysAreFinishedHashesAndOnlyThoseCertainToAgree(): void
    {
        [$set] = TagRenderer::calls(['user' => ['email' => ' John.Doe@Example.com ']] + Fixtures::event('order-guest'));
        self::assertSame(['set', ['em' => '836f82db99121b3481011f16b49dfa5fbc714a0d1b1b9f784a1ebbbf5b39577f']], $set);
        [$set] = TagRenderer::calls(Fixtures::event('order-guest'));
        self::assertSame(['em', 'external_id'], array_keys($set[1]));
        self::assertSame(hash('sha256', Fixtures::CONTEXT['external_id']), $set[1]['external_id']);
    }

    public function testLimitedDataProcessingIsSetTogetherWithItsStateAndCountry(): void
    {
        $user = ['email' => 'a@example.com', 'state' => 'CA', 'country' => 'US'];
        [$set] = TagRenderer::calls(['ldp' => true, 'user' => $user] + Fixtures::event('order-us'));
        self::assertSame('LDP', $set[1]['opt_out_type']);
        self::assertSame([hash('sha256', 'ca'), hash('sha256', 'us')], [$set[1]['st'], $set[1]['country']]);
    }

    public function testAStateIsTheSameHoweverItIsWritten(): void
    {
        foreach (['ca', 'US-CA', 'California'] as $state) {
            $user = ['email' => 'a@example.com', 'state' => $state, 'country' => 'US'];
            [$set] = TagRenderer::calls(['ldp' => true, 'user' => $user] + Fixtures::event('order-us'));
            self::assertSame(hash('sha256', 'ca'), $set[1]['st'], $state);
        }
    }

    /**
     * @group extension
     * @requires extension pinrelay
     */
    #[Group('extension')]
    #[RequiresPhpExtension('pinrelay')]
    public function testTheExtensionSetsTheSameLimit(): void
    {
        $relay = new \Pinrelay\Relay(['site' => 'shop.example', 'ad_account_id' => '5', 'spool_dir' => '/nonexistent']);
        // Not the fixture's second: the extension refuses what is more than seven days old.
        $event = ['ldp' => true, 'event_time' => time()] + Fixtures::event('order-us');
        $keys = array_flip(['em', 'external_id', 'st', 'country', 'opt_out_type']);
        $theirs = array_intersect_key($relay->prepare($event)->tagCalls[0][1], $keys);
        self::assertEquals(TagRenderer::calls($event)[0][1], $theirs);
    }

    public function testWhatIsNoMatchKeyIsNotSet(): void
    {
        foreach (['n/a', 'müller@example.com', '"a b"@example.com', ''] as $email) {
            $user = ['email' => $email, 'external_id' => "ä'"];
            $calls = TagRenderer::calls(['user' => $user] + Fixtures::event('order-guest'));
            self::assertSame(['track'], array_column($calls, 0), $email);
        }
    }

    public function testAPageVisitWithoutIdHasNone(): void
    {
        self::assertSame(['track', 'pagevisit', []], TagRenderer::track(['event_name' => 'page_visit']));
    }

    /** @dataProvider events */
    #[DataProvider('events')]
    public function testNothingCanLeaveTheScriptElement(string $name): void
    {
        $calls = TagRenderer::calls(Fixtures::event($name));
        $json = BaseTag::inScript($calls);
        self::assertDoesNotMatchRegularExpression('/[<>&\x{2028}\x{2029}]/u', $json);
        self::assertEquals($calls, json_decode($json, true));
    }

    /**
     * The extension's rendering is the rule. Its `set` holds more match keys; those of this renderer are the same.
     *
     * @dataProvider events
     * @group extension
     * @requires extension pinrelay
     */
    #[DataProvider('events')]
    #[Group('extension')]
    #[RequiresPhpExtension('pinrelay')]
    public function testAgreesWithTheExtension(string $name): void
    {
        // prepare() does no I/O, so the spool need not exist.
        $relay = new \Pinrelay\Relay([
            'site' => 'shop.example',
            'ad_account_id' => '549755885175',
            'spool_dir' => sys_get_temp_dir() . '/pinrelay-parity',
        ]);
        foreach (['items', 'items_tax', 'total'] as $value) {
            $event = ['event_time' => time()] + Fixtures::event($name, new Settings(value: $value));
            $theirs = array_column($relay->prepare($event)->tagCalls, null, 0);
            $ours = array_column(TagRenderer::calls($event), null, 0);
            self::assertEquals($theirs['track'], $ours['track']);
            self::assertSame(
                array_intersect_key($theirs['set'][1], ['em' => 1, 'external_id' => 1]),
                $ours['set'][1],
            );
        }
    }

    /**
     * @dataProvider shown
     * @group extension
     * @requires extension pinrelay
     */
    #[DataProvider('shown')]
    #[Group('extension')]
    #[RequiresPhpExtension('pinrelay')]
    public function testAgreesWithTheExtensionOnWhatPagesShowAndScriptsTell(array $event): void
    {
        $relay = new \Pinrelay\Relay([
            'site' => 'shop.example',
            'ad_account_id' => '549755885175',
            'spool_dir' => sys_get_temp_dir() . '/pinrelay-parity',
        ]);
        $event += ['event_id' => Fixtures::EVENT_ID, 'user' => ['email' => 'a@b.example']];
        self::assertEquals($relay->prepare($event)->tagCalls[1], TagRenderer::track($event));
    }

    public static function shown(): array
    {
        $settings = new Settings();
        $mug = Fixtures::facts('product-simple');
        return [
            'a page' => [PageVisitEvent::map(null, $settings)],
            'a product' => [PageVisitEvent::map(Fixtures::facts('product-hostile'), $settings)],
            'a category' => [BrowseEvents::category('Cups & Mugs </script>')],
            'a category without a name' => [BrowseEvents::category('')],
            'a search' => [BrowseEvents::search('blue "mug" 🫖')],
            'a cart' => [CartEvent::map('initiate_checkout', [$mug, Fixtures::facts('product-sale')], $settings)],
            'a long cart' => [PageFacts::fit(CartEvent::map('initiate_checkout', array_fill(0, 60, $mug), $settings))],
            'a lead' => [['event_name' => 'lead', 'lead_type' => 'Newsletter', 'content_name' => 'Footer']],
            'a video' => [['event_name' => 'watch_video', 'video_title' => 'How mugs are made', 'property' => 'shop']],
            'a wish' => [['event_name' => 'add_to_wishlist', 'items' => [['id' => '16'], ['id' => 'SKU']]]],
        ];
    }

    public static function events(): array
    {
        $names = Fixtures::names();
        return array_combine($names, array_map(static fn (string $name): array => [$name], $names));
    }
}
