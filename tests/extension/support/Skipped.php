<?php

/** Ends a test that cannot run here, with the reason. */

declare(strict_types=1);

namespace Pinrelay\Tests;

final class Skipped extends \Exception
{
}
