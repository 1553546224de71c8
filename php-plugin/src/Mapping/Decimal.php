<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Mapping;

/**
 * Exact decimal numbers for money. WooCommerce stores amounts as decimal strings but computes with binary
 * floats, and 0.1 + 0.2 must not reach a payload. Plain strings rather than bcmath, which many hosts lack, and
 * rather than scaled integers, which a rial total with WooCommerce's six stored decimals overflows.
 *
 * Knows nothing of currencies, orders or WooCommerce.
 */
final class Decimal
{
    /** @param string $digits at least $scale + 1 digits, no sign, no point */
    private function __construct(
        private readonly bool $negative,
        private readonly string $digits,
        private readonly int $scale,
    ) {
    }

    /**
     * What WooCommerce hands out as an amount: a decimal string, an int, a float ('' and null are nothing).
     * A float is read as the shortest fraction that names it. What is not a finite number is zero, as it is for
     * WooCommerce itself.
     */
    public static function of(string|int|float|null $amount): self
    {
        $text = is_float($amount) ? self::plain($amount) : trim((string) $amount);
        if (preg_match('/^([+-]?)(\d*)(?:\.(\d*))?$/', $text, $part) !== 1) {
            return new self(false, '0', 0);
        }
        $fraction = $part[3] ?? '';
        $whole = $part[2] === '' ? '0' : $part[2];
        return new self($part[1] === '-', $whole . $fraction, strlen($fraction));
    }

    public static function zero(): self
    {
        return new self(false, '0', 0);
    }

    public function plus(self $other): self
    {
        $scale = max($this->scale, $other->scale);
        $left = $this->digits . str_repeat('0', $scale - $this->scale);
        $right = $other->digits . str_repeat('0', $scale - $other->scale);
        $length = max(strlen($left), strlen($right));
        $left = str_pad($left, $length, '0', STR_PAD_LEFT);
        $right = str_pad($right, $length, '0', STR_PAD_LEFT);

        if ($this->negative === $other->negative) {
            return new self($this->negative, self::add($left, $right), $scale);
        }
        return strcmp($left, $right) >= 0
            ? new self($this->negative, self::subtract($left, $right), $scale)
            : new self($other->negative, self::subtract($right, $left), $scale);
    }

    /**
     * Divided by a positive count and rounded, half away from zero, to $places decimals.
     *
     * Schoolbook division: one digit at a time, so only the remainder has to fit into an integer.
     */
    public function dividedBy(int $by, int $places): self
    {
        $digits = $this->digits . str_repeat('0', max(0, $places - $this->scale));
        $surplus = max(0, $this->scale - $places);
        // Surplus decimals go by dividing by ten as often. Beyond eight they say nothing of money and would only
        // make the divisor outgrow an integer.
        if ($surplus > 8) {
            $digits = substr($digits, 0, 8 - $surplus);
            $surplus = 8;
        }
        $divisor = $by * 10 ** $surplus;

        $quotient = '';
        $rest = 0;
        foreach (str_split($digits) as $digit) {
            $rest = $rest * 10 + (int) $digit;
            $quotient .= intdiv($rest, $divisor);
            $rest %= $divisor;
        }
        if ($rest * 2 >= $divisor) {
            $quotient = self::add($quotient, str_pad('1', strlen($quotient), '0', STR_PAD_LEFT));
        }
        return new self($this->negative, str_pad($quotient, $places + 1, '0', STR_PAD_LEFT), $places);
    }

    public function rounded(int $places): self
    {
        return $this->dividedBy(1, $places);
    }

    public function isPositive(): bool
    {
        return !$this->negative && trim($this->digits, '0') !== '';
    }

    /** With a point, without thousands separators, exponent or a negative zero, whatever the locale. */
    public function __toString(): string
    {
        $whole = ltrim(substr($this->digits, 0, strlen($this->digits) - $this->scale), '0');
        $fraction = $this->scale > 0 ? '.' . substr($this->digits, -$this->scale) : '';
        $sign = $this->negative && trim($this->digits, '0') !== '' ? '-' : '';
        return $sign . ($whole === '' ? '0' : $whole) . $fraction;
    }

    /**
     * The shortest fraction that reads back as the same float. number_format() rather than a cast or json_encode():
     * those follow the `precision` and `serialize_precision` settings, and 17 digits would turn 1.005 into 1.00499...
     */
    private static function plain(float $amount): string
    {
        if (!is_finite($amount)) {
            return '';
        }
        for ($places = 0; $places < 14; ++$places) {
            $text = number_format($amount, $places, '.', '');
            if ((float) $text === $amount) {
                return $text;
            }
        }
        return number_format($amount, 14, '.', '');
    }

    /** Both of one length. */
    private static function add(string $left, string $right): string
    {
        $sum = '';
        $carry = 0;
        for ($at = strlen($left) - 1; $at >= 0; --$at) {
            $carry += (int) $left[$at] + (int) $right[$at];
            $sum = $carry % 10 . $sum;
            $carry = intdiv($carry, 10);
        }
        return $carry > 0 ? $carry . $sum : $sum;
    }

    /** Both of one length, the left one not the smaller. */
    private static function subtract(string $left, string $right): string
    {
        $difference = '';
        $borrow = 0;
        for ($at = strlen($left) - 1; $at >= 0; --$at) {
            $digit = (int) $left[$at] - (int) $right[$at] - $borrow;
            $borrow = $digit < 0 ? 1 : 0;
            $difference = ($digit + 10 * $borrow) . $difference;
        }
        return $difference;
    }
}
