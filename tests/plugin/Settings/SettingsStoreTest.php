<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Tests\Settings;

use PHPUnit\Framework\TestCase;
use Pinrelay\WooCommerce\Settings\Constants;
use Pinrelay\WooCommerce\Settings\Settings;
use Pinrelay\WooCommerce\Settings\SettingsStore;

final class SettingsStoreTest extends TestCase
{
    public function testNothingStoredIsAShopThatDoesNothing(): void
    {
        $settings = SettingsStore::make([], new Constants());
        self::assertFalse($settings->tagReady());
        self::assertFalse($settings->apiReady());
        self::assertSame('', $settings->destination());
    }

    public function testAConstantWinsOverWhatIsStored(): void
    {
        $settings = SettingsStore::make(
            ['tag_id' => '1', 'ad_account_id' => '2', 'access_token' => 'stored', 'test_mode' => true],
            new Constants(['ENABLED' => true, 'TAG_ID' => 26, 'ACCESS_TOKEN' => 'constant', 'TEST_MODE' => 'no']),
        );
        self::assertSame(
            [true, '26', '2', 'constant', false],
            [
                $settings->enabled,
                $settings->tagId,
                $settings->adAccountId,
                $settings->accessToken,
                $settings->testMode,
            ],
        );
    }

    public function testAnEmptyConstantSwitchesOffWhatIsStored(): void
    {
        $settings = SettingsStore::make(['tag_id' => '1', 'enabled' => true], new Constants(['TAG_ID' => '']));
        self::assertFalse($settings->tagReady());
    }

    public function testAFaultyConstantIsNotUsedAndNamed(): void
    {
        $constants = new Constants(['TAG_ID' => '26x', 'API_BASE' => 'pinterest', 'SPOOL_DIR' => 'spool']);
        $settings = SettingsStore::make(['tag_id' => '1', 'enabled' => true], $constants);
        self::assertSame(['', Settings::API_BASE, ''], [$settings->tagId, $settings->apiBase, $settings->spoolDir]);
        self::assertSame(['TAG_ID', 'API_BASE', 'SPOOL_DIR'], array_keys(SettingsStore::constantFaults($constants)));
    }

    public function testDamagedStoredValuesFallBackToTheDefaults(): void
    {
        $settings = SettingsStore::make([
            'tag_id' => ['26'],
            'ad_account_id' => '12 34',
            'value' => 'profit',
            'gateways' => ['cod' => 'never', 'card' => 'placed'],
            'order_sources' => 'checkout',
            'events' => ['checkout' => true],
        ], new Constants());
        self::assertSame(['', ''], [$settings->tagId, $settings->adAccountId]);
        self::assertSame('items', $settings->value);
        self::assertSame(
            ['placed', 'placed', 'paid'],
            array_map($settings->countsWhen(...), ['cod', 'card', 'something']),
        );
        self::assertSame(['checkout', 'store-api'], $settings->orderSources);
        self::assertTrue($settings->wants('checkout', 'api'));
    }

    public function testAStateIsOneHoweverItWasWrittenIntoTheOption(): void
    {
        $settings = SettingsStore::make(['ldp_states' => ['ca', 'US-CO', 'New York', 'ZZ', 7]], new Constants());
        self::assertSame(['CA', 'CO', 'NY'], $settings->ldpStates);
    }

    public function testASiteThatHoldsStillTellsPinterestNothing(): void
    {
        $stored = ['enabled' => true, 'tag_id' => '1', 'ad_account_id' => '2', 'access_token' => 'x'];
        $settings = SettingsStore::make($stored, new Constants(), held: true);
        self::assertSame([true, false, false], [$settings->enabled, $settings->tagReady(), $settings->apiReady()]);
    }

    public function testTheTestAccountIsAnotherDestination(): void
    {
        $live = ['ad_account_id' => '2'];
        self::assertSame('2', SettingsStore::make($live, new Constants())->destination());
        self::assertSame('2-test', SettingsStore::make($live + ['test_mode' => true], new Constants())->destination());
    }

    public function testTheTokenIsNeitherDumpedNorSerialised(): void
    {
        $constants = new Constants(['ACCESS_TOKEN' => 'pina_secret']);
        $settings = SettingsStore::make([], $constants);
        foreach ([$settings, $constants, [$settings]] as $held) {
            self::assertStringNotContainsString('pina_secret', print_r($held, true));
        }
        $this->expectException(\LogicException::class);
        serialize($settings);
    }
}
