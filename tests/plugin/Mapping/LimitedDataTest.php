<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Tests\Mapping;

use PHPUnit\Framework\Attributes\DataProvider;
use PHPUnit\Framework\TestCase;
use Pinrelay\WooCommerce\Mapping\LimitedData;
use Pinrelay\WooCommerce\Mapping\Visit;
use Pinrelay\WooCommerce\Settings\Settings;

final class LimitedDataTest extends TestCase
{
    /** @return array<string, array{array<string, mixed>, list<string>, bool}> user, states of the owner, whether limited */
    public static function people(): array
    {
        return [
            'a state the owner picked' => [['state' => 'CA', 'country' => 'US'], ['CA', 'CO'], true],
            'however it is written' => [['state' => ' ca ', 'country' => 'us'], ['CA'], true],
            'by its name' => [['state' => 'California', 'country' => 'US'], ['CA'], true],
            'a name of two words' => [['state' => 'New York', 'country' => 'US'], ['NY'], true],
            'as ISO 3166 has it' => [['state' => 'US-CA', 'country' => 'US'], ['CA'], true],
            'the name of another country\'s' => [['state' => 'Georgia', 'country' => 'GE'], ['GA'], false],
            'a state he did not pick' => [['state' => 'TX', 'country' => 'US'], ['CA'], false],
            'none picked' => [['state' => 'CA', 'country' => 'US'], [], false],
            'the same letters in another country' => [['state' => 'CA', 'country' => 'IT'], ['CA'], false],
            'no country' => [['state' => 'CA'], ['CA'], false],
            'no state' => [['country' => 'US'], ['CA'], false],
            'nobody' => [[], ['CA'], false],
        ];
    }

    /** @dataProvider people */
    #[DataProvider('people')]
    public function testItAppliesToPeopleOfThePickedStates(array $user, array $states, bool $limited): void
    {
        self::assertSame(
            $limited ? ['ldp' => true] : [],
            LimitedData::part($user, $states),
        );
    }

    public function testAStateThatWasSeenStandsInOnlyWhereNoAddressWasGiven(): void
    {
        $of = static fn (array $user, string $state): array => LimitedData::place($user, $state, ['CA']);
        self::assertSame(['state' => 'CA', 'country' => 'US'], $of(['ip' => '203.0.113.9'], 'CA'));
        self::assertSame([], $of(['state' => 'NY', 'country' => 'US'], 'CA'));
        self::assertSame([], $of(['country' => 'DE'], 'CA'));
        self::assertSame([], $of([], 'TX'));
        self::assertSame([], $of([], ''));
    }

    public function testAnOrderFromAPickedStateSaysSoTogetherWithStateAndCountry(): void
    {
        $settings = static fn (string $state): Settings => new Settings(ldpStates: [$state]);
        $state = Fixtures::facts('order-us')['billing']['state'];
        $event = Fixtures::event('order-us', $settings($state));
        self::assertSame([true, $state, 'US'], [$event['ldp'], $event['user']['state'], $event['user']['country']]);
        self::assertArrayNotHasKey('ldp', Fixtures::event('order-us', $settings('ZZ')));
    }

    public function testABrowserThatObjectsToTrackingIsMarked(): void
    {
        self::assertTrue(Visit::part(['opt_out' => '1'])['opt_out']);
        self::assertArrayNotHasKey('opt_out', Visit::part(['ip' => '203.0.113.9']));
    }
}
