<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Cli;

use Pinrelay\WooCommerce\Settings\State;
use Pinrelay\WooCommerce\Site\CopyGuard;
use Pinrelay\WooCommerce\Site\Home;

/** The command that answers whether this site is the shop or a copy of it, as the notice in the admin area asks. */
final class Adopt
{
    public function __construct(private readonly State $state)
    {
    }

    /**
     * Says that this site is the shop, after it moved or was made out of a copy. A copy reports nothing to Pinterest.
     *
     * ## OPTIONS
     *
     * [--copy]
     * : Says that this site is a copy of the shop instead.
     *
     * @param list<string>          $arguments
     * @param array<string, string> $options
     */
    public function __invoke(array $arguments, array $options): void
    {
        $isShop = !isset($options['copy']);
        $this->state->put(CopyGuard::answer($isShop, Home::hash(), wp_get_environment_type()));
        \WP_CLI::success($isShop
            ? sprintf('%s is the shop: from now on it reports its sales to Pinterest.', Home::address())
            : sprintf('%s is a copy: it reports nothing to Pinterest.', Home::address()));
    }
}
