<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Mapping;

/**
 * A state of the US as whoever says it: `CA`, `ca`, `US-CA` and `California` are one, whether an address, a web server
 * or a setting says so. The extension reads them alike (src/event/place.rs), which a test compares.
 *
 * Pure: no WordPress, no clock, no I/O.
 */
final class UsState
{
    /** Names without spaces, and the Postal Service's codes. */
    private const NAMES = [
        'alabama' => 'AL', 'alaska' => 'AK', 'americansamoa' => 'AS', 'arizona' => 'AZ', 'arkansas' => 'AR',
        'california' => 'CA', 'colorado' => 'CO', 'connecticut' => 'CT', 'delaware' => 'DE',
        'districtofcolumbia' => 'DC', 'florida' => 'FL', 'georgia' => 'GA', 'guam' => 'GU', 'hawaii' => 'HI',
        'idaho' => 'ID', 'illinois' => 'IL', 'indiana' => 'IN', 'iowa' => 'IA', 'kansas' => 'KS',
        'kentucky' => 'KY', 'louisiana' => 'LA', 'maine' => 'ME', 'maryland' => 'MD', 'massachusetts' => 'MA',
        'michigan' => 'MI', 'minnesota' => 'MN', 'mississippi' => 'MS', 'missouri' => 'MO', 'montana' => 'MT',
        'nebraska' => 'NE', 'nevada' => 'NV', 'newhampshire' => 'NH', 'newjersey' => 'NJ', 'newmexico' => 'NM',
        'newyork' => 'NY', 'northcarolina' => 'NC', 'northdakota' => 'ND', 'northernmarianaislands' => 'MP',
        'ohio' => 'OH', 'oklahoma' => 'OK', 'oregon' => 'OR', 'pennsylvania' => 'PA', 'puertorico' => 'PR',
        'rhodeisland' => 'RI', 'southcarolina' => 'SC', 'southdakota' => 'SD', 'tennessee' => 'TN', 'texas' => 'TX',
        'usvirginislands' => 'VI', 'utah' => 'UT', 'vermont' => 'VT', 'virginia' => 'VA', 'virginislands' => 'VI',
        'washington' => 'WA', 'washingtondc' => 'DC', 'westvirginia' => 'WV', 'wisconsin' => 'WI',
        'wyoming' => 'WY',
    ];

    /** @return string two capital letters, '' for what is neither a code nor a name */
    public static function code(mixed $said): string
    {
        if (!is_string($said)) {
            return '';
        }
        $state = trim((string) preg_replace('/^us[-_]/i', '', trim($said)));
        if (preg_match('/^[A-Za-z]{2}$/D', $state) === 1) {
            return strtoupper($state);
        }
        $letters = strtolower((string) preg_replace('/[^A-Za-z]/', '', $state));
        return $letters === 'dc' ? 'DC' : (self::NAMES[$letters] ?? '');
    }
}
