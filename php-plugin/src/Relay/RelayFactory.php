<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Relay;

use Pinrelay\Relay;

/** Skeleton so that others can build against the signature; the next commits fill it. */
final class RelayFactory
{
    public function relay(): ?Relay
    {
        return null;
    }
}
