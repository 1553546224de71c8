<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Relay;

use Pinrelay\Relay;
use Pinrelay\WooCommerce\Collect\DropCount;
use Pinrelay\WooCommerce\Collect\Inbox;
use Pinrelay\WooCommerce\Settings\GenerationWatch;
use Pinrelay\WooCommerce\Settings\Settings;
use Pinrelay\WooCommerce\Settings\SettingsStore;
use Pinrelay\WooCommerce\Settings\State;
use Pinrelay\WooCommerce\Support\Guard;

/**
 * Makes the extension's Relay for a destination, once per request. It never throws: where no Relay can be had the
 * answer is null, and error() knows why where there is anything to know.
 */
final class RelayFactory
{
    /** @var array<string, ?Relay> by destination */
    private array $made = [];
    private ?string $node = null;
    private ?RelayError $error = null;

    /** @param string $site host and path that name this shop to its spool */
    public function __construct(
        private readonly SettingsStore $store,
        private readonly State $state,
        private readonly Spool $spool,
        private readonly Guard $guard,
        private readonly string $site,
    ) {
    }

    /** The Relay of the settings in effect; null without the extension, not configured, switched off, or held. */
    public function relay(): ?Relay
    {
        return $this->relayFor($this->store->settings()->destination());
    }

    /** The Relay of any destination that still has a claim on us: the current one, or an account left in the last days. */
    public function relayFor(string $destination): ?Relay
    {
        if (!array_key_exists($destination, $this->made)) {
            $this->made[$destination] = $this->make($destination);
        }
        return $this->made[$destination];
    }

    /**
     * Options for a Relay of the settings in effect that captures and never sends, since it has no token; null where
     * relay() would be null for a reason known without making one.
     *
     * @return ?array<string, mixed>
     */
    public function capturing(): ?array
    {
        $settings = $this->store->settings();
        $isUsable = $settings->apiReady() && Extension::state() === Extension::OK;
        $dir = $isUsable ? $this->spool->dir() : null;
        return is_string($dir) ? [
            'site' => $this->site,
            'ad_account_id' => $settings->adAccountId,
            'spool_dir' => $dir,
            'test' => $settings->testMode,
        ] : null;
    }

    /**
     * Options of relay() but for the token, null where it would be null for a reason known without making one.
     *
     * @return ?array<string, mixed>
     */
    public function withoutToken(): ?array
    {
        $dir = $this->capturing()['spool_dir'] ?? null;
        return $dir === null
            ? null
            : array_diff_key($this->options($this->store->settings(), [], $dir), ['access_token' => true]);
    }

    /** The node whose spool this process writes; null without a Relay. */
    public function node(): ?string
    {
        $relay = $this->node === null ? $this->relay() : null;
        if ($relay !== null) {
            $dir = $this->spool->dir();
            $this->node = (is_string($dir) ? NodeName::read($dir) : null)
                ?? $this->attempt('the node', static fn () => $relay->status()['node']);
        }
        return $this->node;
    }

    /**
     * Accounts left behind that may still be drained.
     *
     * @return array<string, array<string, mixed>> by destination
     */
    public function retired(): array
    {
        $retired = $this->state->get('retired', []);
        return is_array($retired) ? array_filter($retired, 'is_array') : [];
    }

    /** What went wrong in this request, if anything did. */
    public function error(): ?RelayError
    {
        return $this->error;
    }

    /** An attempt on a Relay went wrong, ours or a caller's. Every request meets a full disk: the log hears of it once. */
    public function failed(string $where, \Throwable $thrown): void
    {
        $this->error = RelayError::of($thrown);
        if (Health::last()['trouble']?->reason !== $this->error->reason) {
            $this->guard->report($where, $thrown);
        }
    }

    /**
     * Hears what a spool of ours tells of itself: one that is ahead of the database would take nothing from us.
     *
     * @param array<string, mixed> $status Relay::status()
     */
    public function hear(array $status): void
    {
        if ((new GenerationWatch($this->store, $this->state))->hear((int) ($status['generation'] ?? 0))) {
            $this->guard->log(
                'The database is older than the spool, as after a restored backup; sending goes on with its settings.',
            );
            $this->forget();
        }
    }

    /** Where drops of this shop are counted, by whichever entrance they came. */
    public function drops(): DropCount
    {
        $dir = $this->spool->dir();
        return new DropCount(is_string($dir) ? $dir : null, $this->site);
    }

    /** What collect.php of this server left for WordPress; null where it has no place. */
    public function inbox(): ?Inbox
    {
        $dir = $this->spool->dir();
        return is_string($dir) ? new Inbox($dir, $this->site) : null;
    }

    /** Starts anew, after the settings were saved. */
    public function forget(): void
    {
        $this->made = [];
        $this->node = null;
        $this->error = null;
    }

    private function make(string $destination): ?Relay
    {
        $settings = $this->store->settings();
        if ($destination === '' || !$settings->apiReady() || Extension::state() !== Extension::OK) {
            return null;
        }
        $account = $destination === $settings->destination() ? [] : ($this->retired()[$destination] ?? null);
        if ($account === null) {
            return null;
        }
        $dir = $this->spool->dir();
        if ($dir instanceof RelayError) {
            $this->error = $dir;
            return null;
        }
        return $this->attempt('the relay', fn () => new Relay($this->options($settings, $account, $dir)));
    }

    /**
     * @param array<string, mixed> $account of a retired destination; [] for the current one
     * @return array<string, mixed> Relay's options
     */
    private function options(Settings $settings, #[\SensitiveParameter] array $account, string $dir): array
    {
        return [
            'site' => $this->site,
            'ad_account_id' => (string) ($account['ad_account_id'] ?? $settings->adAccountId),
            'spool_dir' => $dir,
            'access_token' => ($account['access_token'] ?? '') ?: $settings->accessToken,
            'tag_id' => $settings->tagId === '' ? null : $settings->tagId,
            'test' => (bool) ($account['test'] ?? $settings->testMode),
            'enabled' => $settings->active(),
            'api_base' => (string) ($account['api_base'] ?? $settings->apiBase),
            'generation' => (int) $this->state->get('generation', 0),
            'late' => 'return',
        ];
    }

    private function attempt(string $where, \Closure $work): mixed
    {
        try {
            return $work();
        } catch (\Throwable $thrown) {
            $this->failed($where, $thrown);
            return null;
        }
    }
}
