//! Black Friday: Pinterest is away for three hours, orders and visits go on, and
//! workers of the shop come and go. In simulated time.

use std::collections::{BTreeMap, HashSet};
use std::time::Duration;

use crate::world::{Api, Call, HOUR, MINUTE, World, error, good, settings};
use pinrelay::delivery::{CallFailed, Exit, Late, Time};
use pinrelay::spool::{Lane, Verdict};

const AWAY: std::ops::Range<Duration> = MINUTE.saturating_mul(2)..MINUTE.saturating_mul(182);
const END: Duration = MINUTE.saturating_mul(185);

/// An order and a visit every so many seconds. One order in fifty is cancelled
/// soon after, and one in forty is captured again because a tick was in doubt.
fn plan(world: &World, order_every: u64, visit_every: u64) {
    let every = |step: u64| (0..END.as_secs()).step_by(step as usize).enumerate();
    for (n, second) in every(order_every) {
        let when = Duration::from_secs(second);
        world.at(when, move |world| {
            world.capture(Lane::Revenue, &format!("o-{n}"))
        });
        if n % 50 == 7 {
            let soon = when + Duration::from_secs(20);
            world.at(soon, move |world| world.withdraw(&format!("o-{n}")));
        }
        if n % 40 == 9 {
            let again = when + MINUTE * 11;
            let time = world_time(world, when);
            world.at(again, move |world| {
                world.capture_with(Lane::Revenue, &format!("o-{n}"), time, false);
            });
        }
    }
    for (n, second) in every(visit_every) {
        let when = Duration::from_secs(second);
        world.at(when, move |world| {
            world.capture(Lane::Visit, &format!("v-{n}"))
        });
    }
}

fn world_time(world: &World, when: Duration) -> i64 {
    world.unix() + when.as_secs().cast_signed()
}

/// Leaders come and go until nothing is planned and nothing waits.
fn live(world: &World, late: Late, api: &mut Api<'_>) -> usize {
    let mut leaders = 0;
    while world.next_deed().is_some() || world.waiting() > 0 {
        leaders += 1;
        assert!(leaders < 2_000, "{} wait", world.waiting());
        // A worker lives for some minutes, each for others.
        let stay = Duration::from_secs(60 + leaders as u64 * 37 % 540);
        if world.lead(&settings(late), api, Some(stay)).exit == Exit::Idle
            && let Some(next) = world.next_deed()
        {
            world.pass(next.saturating_sub(world.passed()), None);
        }
    }
    leaders
}

fn outage(call: &Call, number: usize) -> Result<pinrelay::delivery::Answer, CallFailed> {
    if !AWAY.contains(&call.at) {
        return good(call);
    }
    match number % 4 {
        0 => error(503, "ramped down"),
        1 => Err(CallFailed::Lost("no answer in time (global)".into())),
        2 => error(500, "oops"),
        _ => Err(CallFailed::Lost("the connection failed".into())),
    }
}

fn most_in_a_window(calls: &[Call], window: Duration) -> usize {
    let within = |first: &Call| {
        let inside = |call: &&Call| (first.at..first.at + window).contains(&call.at);
        calls.iter().filter(inside).count()
    };
    calls.iter().map(within).max().unwrap_or(0)
}

fn is_order(id: &str) -> bool {
    id.starts_with('o')
}

fn orders_by_final_word(world: &World) -> BTreeMap<&'static str, usize> {
    let mut counts = BTreeMap::new();
    for (_, verdicts) in world.verdicts().iter().filter(|(id, _)| is_order(id)) {
        // An order in line twice may have been late once; it was sent once.
        let has = |verdict| verdicts.contains(&verdict);
        let word = match () {
            () if has(Verdict::Delivered) => "delivered",
            () if has(Verdict::Withdrawn) => "withdrawn",
            () if has(Verdict::Late) => "late",
            () => "something else",
        };
        *counts.entry(word).or_default() += 1;
    }
    counts
}

#[test]
fn an_outage_of_three_hours_loses_nothing_and_bursts_nowhere() {
    let world = World::new();
    // Twenty orders a minute.
    plan(&world, 3, 15);
    let mut number = 0;
    let mut api = Api::new(&world, |call| {
        number += 1;
        outage(call, number)
    });
    let leaders = live(&world, Late::Return, &mut api);
    assert!(leaders > 20, "{leaders} leaders");

    // Every order has a final word, and only one that can be.
    let captured = world.captured.borrow();
    let counts = orders_by_final_word(&world);
    assert_eq!(world.waiting(), 0);
    assert_eq!(counts.values().sum::<usize>(), 3_700);
    assert_eq!(captured.len(), 3_700 + 740);
    assert_eq!(counts.get("something else"), None);
    assert!(counts["late"] > 2_000 && counts["withdrawn"] > 60);

    // What they say is what Pinterest saw, each order once.
    let good: Vec<&Call> = api.calls.iter().filter(|c| !AWAY.contains(&c.at)).collect();
    let seen: Vec<&String> = good.iter().flat_map(|call| &call.ids).collect();
    let once: HashSet<&String> = seen.iter().copied().collect();
    assert_eq!(seen.len(), once.len());
    let orders = once.iter().filter(|id| is_order(id)).count();
    assert_eq!(orders, counts["delivered"]);
    // Visits are counted, each of them.
    let state = world.state();
    assert_eq!(state.delivered, once.len() as u64);
    let visits = (once.len() - orders) as u64;
    assert_eq!(state.lost["stale"], 740 - visits);
    assert!(state.lost["stale"] > 400);
    assert_eq!(state.lost.len(), 1);

    // Nobody was late who need not be.
    let verdicts = world.verdicts();
    for (id, when) in captured.iter().filter(|(id, _)| is_order(id)) {
        let could_go = *when > AWAY.end - MINUTE * 50 || *when < AWAY.start - MINUTE / 2;
        let is_late = verdicts[id].contains(&Verdict::Late);
        assert!(!is_late || !could_go, "{id} of {when:?}");
    }

    // Tried patiently while it was away, found back soon, and caught up calmly.
    let tries: Vec<Call> = api
        .calls
        .iter()
        .filter(|c| AWAY.contains(&c.at))
        .cloned()
        .collect();
    assert!((100..700).contains(&tries.len()), "{} tries", tries.len());
    assert!(
        tries
            .iter()
            .all(|call| call.ids.len() <= 20 || call.at < AWAY.start + MINUTE)
    );
    let back = api.calls.iter().find(|call| call.at >= AWAY.end).unwrap();
    assert!(
        back.at < AWAY.end + MINUTE + Duration::from_secs(11),
        "{:?}",
        back.at
    );
    assert!(most_in_a_window(&tries[12..], MINUTE) <= 12);
    assert!(most_in_a_window(&api.calls, MINUTE) <= 5_000);
}

#[test]
fn without_a_wish_for_late_orders_every_one_is_delivered_after_the_outage() {
    let world = World::new();
    plan(&world, 40, 60);
    let mut number = 0;
    let mut api = Api::new(&world, |call| {
        number += 1;
        outage(call, number)
    });
    live(&world, Late::Send, &mut api);
    let counts = orders_by_final_word(&world);
    assert_eq!(counts.get("late"), None);
    let orders = |ids: Vec<String>| ids.iter().filter(|id| is_order(id)).count();
    assert_eq!(
        orders(world.of(Verdict::Delivered)) + orders(world.of(Verdict::Withdrawn)),
        278
    );
}

#[test]
fn a_sick_endpoint_is_not_hammered_by_new_leaders() {
    let world = World::new();
    world.capture(Lane::Revenue, "o-1");
    let mut api = Api::new(&world, |_| error(500, "oops"));
    api.takes = Duration::from_millis(1);
    // A worker for each request, eight requests a second, for ten minutes.
    while world.passed() < MINUTE * 10 {
        let stay = Duration::from_millis(60);
        world.lead(&settings(Late::Return), &mut api, Some(stay));
        world.pass(stay, None);
    }
    let calls = api.calls.len();
    assert!((10..60).contains(&calls), "{calls}");
}

#[test]
fn what_is_on_its_way_for_a_week_expires_once_and_is_counted() {
    let world = World::new();
    let almost_a_week_ago = world.unix() - 7 * 86_400 + 1_800;
    for n in 0..30 {
        world.capture_with(Lane::Revenue, &format!("o-{n}"), almost_a_week_ago, true);
    }
    world.capture(Lane::Revenue, "young");
    let mut api = Api::new(&world, |_| error(500, "oops"));
    while world.passed() < HOUR {
        world.lead(&settings(Late::Send), &mut api, Some(MINUTE * 7));
    }
    assert_eq!(world.of(Verdict::Expired).len(), 30);
    assert_eq!((world.state().lost["expired"], world.waiting()), (30, 1));
    api.now(good);
    world.lead(&settings(Late::Send), &mut api, None);
    assert_eq!(world.of(Verdict::Delivered), ["young"]);
}
