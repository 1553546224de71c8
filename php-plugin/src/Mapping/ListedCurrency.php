<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Mapping;

/**
 * In which currencies Pinterest accepts an amount: those of ISO 4217 (docs/wire-contract.md#custom-data). WooCommerce
 * has others, such as Jersey pounds and the old Belarusian rouble, and other plugins add points and coins: such a sale
 * is sent without its amount, since without a currency Pinterest would take it for one in the ad account's. The
 * extension does the same (src/event/currency.rs), which a test compares.
 *
 * Pure: no WordPress, no clock, no I/O.
 */
final class ListedCurrency
{
    private const CODES = ' '
        . 'AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN '
        . 'BZD CAD CDF CHF CLP CNY COP CRC CUC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS '
        . 'GIP GMD GNF GTQ GYD HKD HNL HRK HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW '
        . 'KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN '
        . 'NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE '
        . 'SLL SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VED VES VND '
        . 'VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG ZWL ';

    public static function has(string $code): bool
    {
        return preg_match('/^[A-Za-z]{3}$/D', $code) === 1
            && str_contains(self::CODES, ' ' . strtoupper($code) . ' ');
    }

    /**
     * The event as both halves send it.
     *
     * @param array<string, mixed> $event as in pinrelay.stub.php
     * @return array<string, mixed>
     */
    public static function only(array $event): array
    {
        $code = is_string($event['currency'] ?? null) ? trim($event['currency']) : '';
        if ($code === '' || self::has($code)) {
            return $event;
        }
        unset($event['currency'], $event['value'], $event['predicted_ltv']);
        if (is_array($event['items'] ?? null)) {
            $event['items'] = array_map(
                static fn (mixed $item): mixed => is_array($item) ? array_diff_key($item, ['price' => true]) : $item,
                $event['items'],
            );
        }
        return $event;
    }
}
