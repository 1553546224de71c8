<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Relay;

/**
 * What web requests last found out about the extension and the spool, for notices and the command line (option
 * pinrelay_health: extension, version, trouble). Written only when it changes.
 *
 * Decided in web requests alone: the command line's PHP often lacks what the web server's has.
 */
final class Health
{
    public const OPTION = 'pinrelay_health';

    /** @return array{extension: ?string, version: ?string, trouble: ?RelayError} extension null before the first look */
    public static function last(): array
    {
        $known = get_option(self::OPTION, []);
        $error = is_array($known) ? ($known['trouble'] ?? null) : null;
        return [
            'extension' => is_array($known) ? ($known['extension'] ?? null) : null,
            'version' => is_array($known) ? ($known['version'] ?? null) : null,
            'trouble' => is_array($error)
                ? new RelayError((string) ($error['reason'] ?? ''), (string) ($error['message'] ?? ''))
                : null,
        ];
    }

    public static function remember(string $extension, ?string $version, ?RelayError $error): void
    {
        $news = [
            'extension' => $extension,
            'version' => $version,
            'trouble' => $error === null ? null : ['reason' => $error->reason, 'message' => $error->message],
        ];
        if (get_option(self::OPTION) !== $news) {
            update_option(self::OPTION, $news, false);
        }
    }
}
