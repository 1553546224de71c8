<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Tests\Settings;

use PHPUnit\Framework\Attributes\DataProvider;
use PHPUnit\Framework\TestCase;
use Pinrelay\WooCommerce\Settings\Constants;
use Pinrelay\WooCommerce\Settings\EventNames;
use Pinrelay\WooCommerce\Settings\SettingsForm;

final class SettingsFormTest extends TestCase
{
    private const GOOD = [
        'enabled' => '1',
        'tag_id' => '2612345678901',
        'ad_account_id' => '549755885175',
        'access_token' => 'pina_secret',
        'value' => 'items',
        'item_id' => 'id',
        'gateways' => ['cod' => 'placed', 'bacs' => 'paid'],
        'consent' => 'off',
        'consent_default' => 'refused',
    ];

    private static function read(array $input, array $stored = [], array $constants = []): SettingsForm
    {
        return new SettingsForm($input, $stored, new Constants($constants));
    }

    public function testAWellFormedFormGivesWhatToStore(): void
    {
        $form = self::read(self::GOOD);
        self::assertTrue($form->isWellFormed());
        self::assertSame('2612345678901', $form->values['tag_id']);
        self::assertSame('pina_secret', $form->values['access_token']);
        self::assertTrue($form->values['enabled']);
        self::assertFalse($form->values['test_mode']);
        self::assertSame(['cod' => 'placed', 'bacs' => 'paid'], $form->values['gateways']);
    }

    /** @return array<string, array{string, mixed}> */
    public static function faultyValues(): array
    {
        return [
            'letters in a tag id' => ['tag_id', '26x'],
            'a tag id of 19 digits' => ['tag_id', '1234567890123456789'],
            'digits of another script' => ['tag_id', '٢٦'],
            'a tag id with a line break' => ['tag_id', "26\n27"],
            'a negative account' => ['ad_account_id', '-5'],
            'markup as account' => ['ad_account_id', '<script>alert(1)</script>'],
            'a token with a space' => ['access_token', 'pina secret'],
            'a token with a line break' => ['access_token', "pina\r\nX-Header: 1"],
            'a token that is a page' => ['access_token', str_repeat('a', 1001)],
            'a token with an accent' => ['access_token', 'pinä'],
            'an unknown value basis' => ['value', 'profit'],
            'no item id' => ['item_id', null],
            'an unknown way to ask for consent' => ['consent', 'maybe'],
            'no default for orders without an answer' => ['consent_default', ''],
            'a state that is none' => ['ldp_states', 'CA, ZZ'],
            'a state by its name' => ['ldp_states', 'California'],
            'a header with a colon' => ['trusted_headers', 'X-Real-IP:'],
            'an unknown kind of order' => ['order_sources', ['admin', 'everything']],
            'a list where one is meant' => ['value', ['items']],
            'no time to wait at all' => ['wait_minutes', '0'],
            'a wait that outlasts the first hour' => ['wait_minutes', '46'],
            'a wait that is no number' => ['wait_minutes', 'long'],
        ];
    }

    /** @dataProvider faultyValues */
    #[DataProvider('faultyValues')]
    public function testAFaultyFieldIsNamedAndNothingIsFitToStore(string $field, mixed $value): void
    {
        $form = self::read([$field => $value] + self::GOOD);
        self::assertFalse($form->isWellFormed());
        self::assertSame([$field], array_keys($form->faults));
        self::assertNotSame('', $form->faults[$field]);
    }

    public function testEveryFaultyFieldIsNamedAtOnce(): void
    {
        $form = self::read(['tag_id' => 'x', 'ad_account_id' => 'y', 'gateways' => ['cod' => 'never']] + self::GOOD);
        self::assertSame(['tag_id', 'ad_account_id', 'gateways[cod]'], array_keys($form->faults));
    }

    public function testWhatAStatusOfAnotherPluginMeansIsStoredAndAnUnknownMeaningIsNamed(): void
    {
        $stored = ['statuses' => ['gone' => 'paid']];
        $entered = ['statuses' => ['upsell' => 'waiting', 'sent' => ''], 'wait_minutes' => '30'];
        $form = self::read($entered + self::GOOD, $stored);
        self::assertSame([], $form->faults);
        self::assertSame(['gone' => 'paid', 'upsell' => 'waiting', 'sent' => ''], $form->values['statuses']);
        self::assertSame('30', $form->values['wait_minutes']);
        $form = self::read(['statuses' => ['upsell' => 'maybe']] + self::GOOD);
        self::assertSame(['statuses[upsell]'], array_keys($form->faults));
    }

    public function testSpacesAroundAnIdAreNoFault(): void
    {
        self::assertSame('26', self::read(['tag_id' => " 26\n"] + self::GOOD)->values['tag_id']);
    }

    public function testAnEmptyIdIsAllowedAndMeansNone(): void
    {
        $form = self::read(['tag_id' => '', 'ad_account_id' => ''] + self::GOOD, ['tag_id' => '26']);
        self::assertTrue($form->isWellFormed());
        self::assertSame('', $form->values['tag_id']);
    }

    public function testAnEmptyTokenKeepsTheSavedOne(): void
    {
        $form = self::read(['access_token' => ''] + self::GOOD, ['access_token' => 'pina_saved']);
        self::assertSame('pina_saved', $form->values['access_token']);
    }

    public function testTheSavedTokenIsDeletedWhenAskedAndReplacedWhenOneIsEntered(): void
    {
        $stored = ['access_token' => 'pina_saved'];
        $delete = ['access_token_clear' => '1'];
        $deleted = self::read(['access_token' => ''] + $delete + self::GOOD, $stored);
        $replaced = self::read($delete + self::GOOD, $stored);
        self::assertSame('', $deleted->values['access_token']);
        self::assertSame('pina_secret', $replaced->values['access_token']);
    }

    public function testWhatIsShownAgainNeverHoldsAToken(): void
    {
        $form = self::read(['tag_id' => 'x'] + self::GOOD, ['access_token' => 'pina_saved']);
        self::assertArrayNotHasKey('access_token', $form->shown());
        self::assertSame('x', $form->shown()['tag_id']);
        self::assertTrue($form->hasNewToken);
    }

    public function testFieldsFixedByConstantsAreNotReadFromTheForm(): void
    {
        $stored = ['tag_id' => '1', 'access_token' => 'pina_saved', 'enabled' => true];
        $form = self::read(
            ['tag_id' => 'x', 'access_token' => 'a b', 'enabled' => ''] + self::GOOD,
            $stored,
            ['TAG_ID' => '26', 'ACCESS_TOKEN' => 'pina_constant', 'ENABLED' => false],
        );
        self::assertTrue($form->isWellFormed());
        self::assertSame($stored, array_intersect_key($form->values, $stored));
    }

    public function testASavedTokenBelowAConstantCanBeDeleted(): void
    {
        $form = self::read(
            ['access_token' => '', 'access_token_clear' => '1'] + self::GOOD,
            ['access_token' => 'pina_saved'],
            ['ACCESS_TOKEN' => 'pina_constant'],
        );
        self::assertSame('', $form->values['access_token']);
    }

    public function testListsAreReadWithCommasOrSpacesAndEachEntryOnce(): void
    {
        $lists = ['ldp_states' => ' ca,CO  ut, US-CA', 'trusted_headers' => "X-Real-IP\nCF-Connecting-IP"];
        $form = self::read($lists + self::GOOD);
        self::assertSame(['CA', 'CO', 'UT'], $form->values['ldp_states']);
        self::assertSame(['X-Real-IP', 'CF-Connecting-IP'], $form->values['trusted_headers']);
    }

    public function testAFaultyEntryOfAListIsNamed(): void
    {
        $form = self::read(['ldp_states' => 'CA, ZZ, Utah'] + self::GOOD);
        self::assertStringContainsString('ZZ, UTAH', $form->faults['ldp_states']);
        self::assertStringNotContainsString('CA, ZZ', $form->faults['ldp_states']);
    }

    public function testKindsOfOrdersThatAreNotTickedDoNotCount(): void
    {
        $stored = ['order_sources' => ['admin', 'pos']];
        $ticked = self::read(['order_sources' => ['admin']] + self::GOOD, $stored);
        self::assertSame(['admin'], $ticked->values['order_sources']);
        self::assertSame([], self::read(self::GOOD, $stored)->values['order_sources']);
    }

    public function testPaymentMethodsThatTheFormDoesNotShowKeepTheirPolicy(): void
    {
        $form = self::read(self::GOOD, ['gateways' => ['old' => 'placed', 'cod' => 'paid']]);
        self::assertSame(['old' => 'placed', 'cod' => 'placed', 'bacs' => 'paid'], $form->values['gateways']);
    }

    public function testEachHalfOfAnEventIsOnWhereItIsTicked(): void
    {
        $both = ['tag' => '1', 'api' => '1'];
        $ticked = ['shown' => '1', 'lead' => ['api' => '1'], 'checkout' => $both, 'purchase' => $both];
        $events = self::read(['events' => $ticked] + self::GOOD)->values['events'];
        self::assertSame(EventNames::ALL, array_keys($events));
        self::assertSame(['tag' => false, 'api' => true], $events['lead']);
        self::assertSame(['tag' => true, 'api' => true], $events['checkout']);
        self::assertSame(['tag' => false, 'api' => false], $events['search']);
    }

    public function testAFormWithoutTheTableLeavesTheEventsAlone(): void
    {
        $stored = ['events' => ['lead' => ['tag' => false, 'api' => true]]];
        self::assertSame($stored['events'], self::read(self::GOOD, $stored)->values['events']);
        self::assertArrayNotHasKey('events', self::read(['events' => 'all'] + self::GOOD)->values);
    }
}
