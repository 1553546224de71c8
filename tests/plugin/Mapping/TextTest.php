<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Tests\Mapping;

use PHPUnit\Framework\TestCase;
use Pinrelay\WooCommerce\Mapping\Text;

final class TextTest extends TestCase
{
    public function testControlCharactersBecomeSpacesAndOuterSpaceGoes(): void
    {
        self::assertSame("a b\u{a0}c", Text::plain("\u{2003}\ta\nb\u{a0}c\u{a0}\0 "));
    }

    public function testALongTextIsCutBetweenCharactersWhereTheExtensionStillTakesIt(): void
    {
        $cut = Text::plain(str_repeat('ä', 2000));
        self::assertSame(str_repeat('ä', 500), $cut);
        self::assertSame(499, mb_strlen(Text::plain(str_repeat('x', 499) . ' ' . str_repeat('y', 99)), 'UTF-8'));
    }

    public function testWhatIsNoTextIsNothing(): void
    {
        self::assertSame('', Text::plain("\xff\xfe"));
        self::assertSame('', Text::plain(" \n "));
    }
}
