<?php

/**
 * An opcache.preload script that uses the extension the way a framework's might: it compiles a class that knows it, and
 * makes a relay where PRELOAD_OPTIONS says, although work waits there.
 */

declare(strict_types=1);

// phpcs:disable PSR1.Files.SideEffects, PSR1.Classes.ClassDeclaration.MissingNamespace -- a script

final class PreloadedShop
{
    public function __construct(private readonly Pinrelay\Relay $relay)
    {
    }

    public function sell(array $event): string
    {
        return $this->relay->capture($event)->eventId;
    }
}

$relay = new Pinrelay\Relay(json_decode(file_get_contents(getenv('PRELOAD_OPTIONS')), true));
$relay->prepare(['event_name' => 'page_visit', 'user' => ['email' => 'ada@shop.example']]);
