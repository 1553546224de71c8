<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Support;

/** An error of ours whose message is written to be logged: no personal data, no token. */
final class Failure extends \RuntimeException
{
}
