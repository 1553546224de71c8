<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce;

use Pinrelay\WooCommerce\Admin\Notices;
use Pinrelay\WooCommerce\Admin\RefusedEvents;
use Pinrelay\WooCommerce\Admin\SettingsPage;
use Pinrelay\WooCommerce\Admin\SiteHealth;
use Pinrelay\WooCommerce\Admin\UnknownSourcesPanel;
use Pinrelay\WooCommerce\Coexistence\OfficialPlugin;
use Pinrelay\WooCommerce\Coexistence\SecondTag;
use Pinrelay\WooCommerce\Collect\CollectEndpoint;
use Pinrelay\WooCommerce\Collect\ConfigFile;
use Pinrelay\WooCommerce\Collect\DropCount;
use Pinrelay\WooCommerce\Collect\InboxReader;
use Pinrelay\WooCommerce\Collect\LiveConfig;
use Pinrelay\WooCommerce\Collect\PageFacts;
use Pinrelay\WooCommerce\Collect\Rate;
use Pinrelay\WooCommerce\Consent\Answers;
use Pinrelay\WooCommerce\Consent\Consent;
use Pinrelay\WooCommerce\Consent\ConsentApi;
use Pinrelay\WooCommerce\Consent\Withdrawal;
use Pinrelay\WooCommerce\Orders\AfterResponse;
use Pinrelay\WooCommerce\Orders\DeadLetters;
use Pinrelay\WooCommerce\Orders\Dispatcher;
use Pinrelay\WooCommerce\Orders\ExpressOrders;
use Pinrelay\WooCommerce\Orders\OrderHooks;
use Pinrelay\WooCommerce\Orders\OrderStore;
use Pinrelay\WooCommerce\Orders\OutboxTransitions;
use Pinrelay\WooCommerce\Orders\Reconcile;
use Pinrelay\WooCommerce\Orders\ReconcileJobs;
use Pinrelay\WooCommerce\Orders\Tick;
use Pinrelay\WooCommerce\Orders\UnknownSources;
use Pinrelay\WooCommerce\Orders\Upkeep;
use Pinrelay\WooCommerce\Relay\NodeLock;
use Pinrelay\WooCommerce\Relay\Nodes;
use Pinrelay\WooCommerce\Relay\RelayFactory;
use Pinrelay\WooCommerce\Relay\Spool;
use Pinrelay\WooCommerce\Settings\Compiled;
use Pinrelay\WooCommerce\Settings\Compiler;
use Pinrelay\WooCommerce\Settings\Constants;
use Pinrelay\WooCommerce\Settings\GenerationWatch;
use Pinrelay\WooCommerce\Settings\Settings;
use Pinrelay\WooCommerce\Settings\SettingsStore;
use Pinrelay\WooCommerce\Settings\State;
use Pinrelay\WooCommerce\Site\CopyGuard;
use Pinrelay\WooCommerce\Site\Home;
use Pinrelay\WooCommerce\Storefront\AddressWatch;
use Pinrelay\WooCommerce\Storefront\AddToCart;
use Pinrelay\WooCommerce\Storefront\BaseTag;
use Pinrelay\WooCommerce\Storefront\BotFilter;
use Pinrelay\WooCommerce\Storefront\BrowserReport;
use Pinrelay\WooCommerce\Storefront\BuyerCookie;
use Pinrelay\WooCommerce\Storefront\CartVisitor;
use Pinrelay\WooCommerce\Storefront\Claim;
use Pinrelay\WooCommerce\Storefront\EventCookies;
use Pinrelay\WooCommerce\Storefront\MatchKeys;
use Pinrelay\WooCommerce\Storefront\PageData;
use Pinrelay\WooCommerce\Storefront\PaymentInfo;
use Pinrelay\WooCommerce\Storefront\Requester;
use Pinrelay\WooCommerce\Storefront\SearchRedirect;
use Pinrelay\WooCommerce\Storefront\ServerEvents;
use Pinrelay\WooCommerce\Storefront\Signup;
use Pinrelay\WooCommerce\Storefront\StaffNote;
use Pinrelay\WooCommerce\Storefront\Tracked;
use Pinrelay\WooCommerce\Storefront\Visitor;
use Pinrelay\WooCommerce\Storefront\Wishlists;
use Pinrelay\WooCommerce\Support\Guard;
use Pinrelay\WooCommerce\Support\Throttle;

/**
 * Builds every object of the plugin with what it needs, when it is first asked for, and once. A request pays for what
 * it uses: a page that sells nothing loads no outbox. It must not know when something is needed (Plugin).
 */
final class Container
{
    /** @var array<string, mixed> by the name of the method that made it */
    private array $made = [];

    /** @param string $mainFile the plugin's main file */
    public function __construct(
        public readonly Guard $guard,
        public readonly string $mainFile,
        private readonly bool $isWeb,
        private readonly ?Compiled $compiled = null,
    ) {
    }

    /**
     * The object that listens to a hook (Hooks).
     *
     * @param class-string $class
     */
    public function get(string $class): object
    {
        return match ($class) {
            OrderHooks::class => $this->orders(),
            ExpressOrders::class => $this->expressOrders(),
            ReconcileJobs::class => $this->jobs(),
            BuyerCookie::class => $this->buyer(),
            PaymentInfo::class => $this->paymentInfo(),
            AddressWatch::class => $this->addressWatch(),
            Answers::class => $this->answers(),
            ConsentApi::class => $this->consentApi(),
            BaseTag::class => $this->baseTag(),
            SecondTag::class => $this->secondTag(),
            MatchKeys::class => $this->matchKeys(),
            StaffNote::class => $this->staffNote(),
            AddToCart::class => $this->addToCart(),
            CartVisitor::class => $this->cartVisitor(),
            Wishlists::class => $this->wishlists(),
            SearchRedirect::class => $this->searchRedirect(),
            Signup::class => $this->signup(),
            Tracked::class => $this->tracked(),
            SiteHealth::class => $this->siteHealth(),
            SettingsPage::class => $this->settingsPage(),
            UnknownSourcesPanel::class => $this->unknownSources(),
            RefusedEvents::class => $this->refusedEvents(),
            Notices::class => $this->notices(),
            Installer::class => new Installer(),
            Routes::class => new Routes($this),
            Jobs::class => $this->scheduled(),
        };
    }

    public function scheduled(): Jobs
    {
        return new Jobs($this);
    }

    // The site and its settings.

    public function state(): State
    {
        return $this->made[__FUNCTION__] ??= new State();
    }

    /** What this site is (CopyGuard). */
    public function site(): string
    {
        return $this->made[__FUNCTION__] ??= CopyGuard::decide(
            $this->state()->all(),
            Home::hash(),
            wp_get_environment_type(),
        );
    }

    public function store(): SettingsStore
    {
        return $this->made[__FUNCTION__] ??= $this->makeStore($this->compiled?->settings());
    }

    /** @param ?Settings $known in effect, where they are known already */
    private function makeStore(?Settings $known): SettingsStore
    {
        return new SettingsStore(
            Constants::fromWpConfig(),
            $known?->held ?? $this->site() !== CopyGuard::SHOP,
            $known?->apiHeld ?? (defined('PINTEREST_FOR_WOOCOMMERCE_VERSION')
                && OfficialPlugin::sendsFromServer() && !$this->state()->get(OfficialPlugin::DECIDED)),
            $known,
        );
    }

    public function settings(): Settings
    {
        return $this->store()->settings();
    }

    public function watch(): GenerationWatch
    {
        return $this->made[__FUNCTION__] ??= new GenerationWatch($this->store(), $this->state());
    }

    // The way to the extension.

    public function spool(): Spool
    {
        $suffix = fn (): string => substr(hash_hmac('sha256', 'spool', $this->state()->secret()), 0, 32);
        return $this->made[__FUNCTION__] ??= new Spool($this->settings(), $suffix, $this->isWeb);
    }

    /**
     * Whoever hands something over does it under the generation of the settings in effect. A command does so only where
     * it is one of ours (Plugin). What was compiled for these settings was so after this look.
     */
    public function relays(): RelayFactory
    {
        if ($this->isWeb && $this->compiled === null && !isset($this->made[__FUNCTION__])) {
            $this->watch()->look(time());
        }
        return $this->made[__FUNCTION__] ??= new RelayFactory(
            $this->store(),
            $this->state(),
            $this->spool(),
            $this->guard,
            Home::address(),
        );
    }

    private function nodes(): Nodes
    {
        return $this->made[__FUNCTION__] ??= new Nodes($GLOBALS['wpdb']);
    }

    private function throttle(): Throttle
    {
        return $this->made[__FUNCTION__] ??= new Throttle($GLOBALS['wpdb']);
    }

    // Orders.

    public function outbox(): OutboxTransitions
    {
        return $this->made[__FUNCTION__] ??= new OutboxTransitions($GLOBALS['wpdb']);
    }

    public function dispatcher(): Dispatcher
    {
        return $this->made[__FUNCTION__] ??= new Dispatcher(
            $this->outbox(),
            $this->relays(),
            $this->store(),
            $this->guard,
        );
    }

    public function orders(): OrderHooks
    {
        return $this->made[__FUNCTION__] ??= new OrderHooks(
            $this->outbox(),
            $this->dispatcher(),
            $this->relays(),
            $this->store(),
            $this->state(),
            $this->visitor(),
            $this->consent(),
            $this->guard,
        );
    }

    public function expressOrders(): ExpressOrders
    {
        return $this->made[__FUNCTION__] ??= new ExpressOrders($this->orders(), $this->buyer()->give(...));
    }

    public function tick(): Tick
    {
        return $this->made[__FUNCTION__] ??= new Tick(
            $this->outbox(),
            $this->dispatcher(),
            $this->orders(...),
            $this->relays(),
            $this->nodes(),
            $this->store(),
            $this->guard,
            // Most rounds find nothing there, and need not load its reader.
            fn (int $now) => $this->relays()->inbox()?->isEmpty() === false ? $this->inboxReader()->run($now) : null,
        );
    }

    public function reconcile(): Reconcile
    {
        return $this->made[__FUNCTION__] ??= new Reconcile(
            $this->outbox(),
            $this->orders(),
            $this->dispatcher(),
            $this->consent(),
            $this->nodes(),
            $this->store(),
            $this->state(),
            $this->guard,
        );
    }

    public function jobs(): ReconcileJobs
    {
        return $this->made[__FUNCTION__] ??= new ReconcileJobs(
            $this->reconcile(),
            new Upkeep($this->outbox(), new OrderStore($GLOBALS['wpdb']), $this->store(), $this->guard),
            $this->store(),
            $this->throttle(),
            (int) $this->state()->get('activated_at', PHP_INT_MAX),
        );
    }

    public function afterResponse(): AfterResponse
    {
        return $this->made[__FUNCTION__] ??= new AfterResponse(
            $this->tick(...),
            $this->jobs(...),
            $this->spool(),
            $this->relays(),
            $this->store(),
            new NodeLock($this->throttle()),
            $this->guard,
        );
    }

    // The visitor.

    public function visitor(): Visitor
    {
        return $this->made[__FUNCTION__] ??= new Visitor($this->settings()->trustedHeaders);
    }

    public function cartVisitor(): CartVisitor
    {
        return new CartVisitor($this->visitor(), $this->consent());
    }

    public function staffNote(): StaffNote
    {
        return new StaffNote();
    }

    public function consent(): Consent
    {
        return $this->made[__FUNCTION__] ??= new Consent($this->settings());
    }

    public function answers(): Answers
    {
        return new Answers($this->settings(), $this->consent());
    }

    public function consentApi(): ConsentApi
    {
        return new ConsentApi($this->settings(), $this->mainFile);
    }

    public function withdrawal(): Withdrawal
    {
        return new Withdrawal(
            $this->consent(),
            $this->buyer(),
            $this->orders(),
            $this->relays(),
            $this->visitor(),
            $this->rate(),
            $this->guard,
        );
    }

    public function buyer(): BuyerCookie
    {
        return $this->made[__FUNCTION__] ??= new BuyerCookie($this->state()->secret(), $this->consent());
    }

    public function addressWatch(): AddressWatch
    {
        return new AddressWatch($this->visitor(), $this->consent(), $this->guard, $this->state()->secret());
    }

    // What a page carries, and what comes back.

    public function baseTag(): BaseTag
    {
        return $this->made[__FUNCTION__] ??= new BaseTag(
            fn (): array => $this->pageData(Requester::isStaff()),
            $this->settings(...),
            Plugin::VERSION,
        );
    }

    /** @return array<string, mixed> */
    public function pageData(bool $isStaff): array
    {
        return (new PageData(
            $this->settings(),
            $isStaff,
            PageFacts::key($this->state()->secret()),
            // As it was last noticed, after some response: a page need not gather all settings.
            (int) $this->state()->get(State::REVISION, 0),
            $this->mainFile,
            Plugin::VERSION,
        ))->make();
    }

    public function compiler(): Compiler
    {
        return new Compiler(
            $this->store(),
            $this->state(),
            $this->relays(),
            $this->collectFile(),
            Plugin::logs() . '/' . Plugin::COMPILED,
        );
    }

    public function matchKeys(): MatchKeys
    {
        return new MatchKeys($this->settings(), $this->relays(), $this->consent(), $this->guard);
    }

    public function claim(): Claim
    {
        return new Claim(
            $this->settings(),
            $this->relays(),
            $this->orders(),
            $this->outbox(),
            $this->visitor(),
            $this->buyer(),
            $this->browserReport(),
            $this->consent(),
            $this->bots(),
            $this->rate(),
            $this->guard,
        );
    }

    public function inboxReader(): InboxReader
    {
        return new InboxReader($this->relays(), $this->browserReport(), $this->withdrawal());
    }

    public function browserReport(): BrowserReport
    {
        return $this->made[__FUNCTION__] ??= new BrowserReport($this->outbox(), $this->state()->secret());
    }

    public function secondTag(): SecondTag
    {
        return $this->made[__FUNCTION__] ??= new SecondTag($this->settings(), $this->mainFile, Plugin::VERSION);
    }

    public function collectFile(): ConfigFile
    {
        return new ConfigFile(
            WP_PLUGIN_DIR . '/' . dirname(plugin_basename($this->mainFile)),
            get_current_blog_id(),
        );
    }

    public function collectEndpoint(): CollectEndpoint
    {
        return $this->made[__FUNCTION__] ??= new CollectEndpoint(
            $this->live(),
            $this->collectFile(),
            $this->relays(),
            $this->store(),
            $this->state(),
            $this->isWeb,
        );
    }

    private function live(): LiveConfig
    {
        return new LiveConfig($this->store(), $this->relays(), $this->state()->secret());
    }

    /** How much one address may ask for, over all entrances of a server. */
    public function rate(): Rate
    {
        $dir = $this->spool()->dir();
        return new Rate(is_string($dir) ? Rate::fileIn($dir) : '', PageFacts::key($this->state()->secret()));
    }

    private function bots(): BotFilter
    {
        return new BotFilter(fn (): DropCount => $this->relays()->drops());
    }

    // Events that are born on the server.

    private function events(): ServerEvents
    {
        return $this->made[__FUNCTION__] ??= new ServerEvents(
            $this->settings(),
            $this->relays(),
            new EventCookies(),
            $this->consent(),
            $this->bots(),
            $this->guard,
        );
    }

    public function addToCart(): AddToCart
    {
        return $this->made[__FUNCTION__] ??= new AddToCart($this->settings(), $this->events(), $this->visitor());
    }

    public function wishlists(): Wishlists
    {
        return new Wishlists($this->settings(), $this->events(), $this->visitor());
    }

    public function searchRedirect(): SearchRedirect
    {
        return new SearchRedirect($this->events(), $this->visitor());
    }

    public function paymentInfo(): PaymentInfo
    {
        return new PaymentInfo($this->settings(), $this->events(), $this->visitor());
    }

    public function signup(): Signup
    {
        return new Signup($this->events(), $this->visitor());
    }

    public function tracked(): Tracked
    {
        return new Tracked($this->events(), $this->visitor());
    }

    // The owner.

    public function settingsPage(): SettingsPage
    {
        return $this->made[__FUNCTION__] ??= new SettingsPage(
            $this->store(),
            $this->watch(),
            $this->relays(),
            $this->spool(),
            $this->outbox(),
            $this->refusedEvents(),
            $this->unknownSources(),
            $this->guard,
            $this->mainFile,
        );
    }

    public function unknownSources(): UnknownSourcesPanel
    {
        return $this->made[__FUNCTION__] ??= new UnknownSourcesPanel(
            new UnknownSources(),
            $this->store(),
            $this->watch(),
            $this->reconcile(...),
        );
    }

    public function refusedEvents(): RefusedEvents
    {
        return $this->made[__FUNCTION__] ??= new RefusedEvents(
            $this->relays(),
            new DeadLetters($this->outbox()),
        );
    }

    public function notices(): Notices
    {
        return $this->made[__FUNCTION__] ??= new Notices(
            $this->store(),
            $this->state(),
            $this->relays(),
            $this->site(),
        );
    }

    public function siteHealth(): SiteHealth
    {
        return new SiteHealth($this->settings(), $this->relays()->drops());
    }
}
