//! A sender that panics: it costs no event, hammers nobody, and is counted.

use std::time::Duration;

use crate::world::{Api, MINUTE, World, good, settings};
use pinrelay::delivery::{self, Late, Until};
use pinrelay::spool::{Lane, Verdict};

#[test]
fn a_panic_is_contained_counted_and_waited_out_by_the_next_leader() {
    let world = World::new();
    world.capture(Lane::Revenue, "o-1");
    let mut api = Api::new(&world, |_| panic!("on purpose, about ada@example.com"));
    let until = Until {
        deadline: None,
        idle: Duration::from_secs(2),
        linger: true,
    };
    for panics in 1..=5 {
        let told = delivery::drain(
            &world.spool,
            &settings(Late::Send),
            &mut api,
            &world.waker,
            &until,
            &world,
        );
        assert_eq!(told.unwrap_err().message, "the sender panicked");
        let state = world.state();
        assert_eq!(
            (state.panics, state.failures),
            (panics, u32::try_from(panics).unwrap())
        );
        assert_eq!(state.last_error.unwrap().message, "the sender panicked");
        assert!(state.retry_at.is_some());
    }
    // Each leader waited before it tried what its predecessor died of.
    assert_eq!(api.calls.len(), 5);
    let waits = api.calls.windows(2).map(|pair| pair[1].at - pair[0].at);
    assert!(waits.min().unwrap() >= Duration::from_millis(900));
    api.now(good);
    world.lead(&settings(Late::Send), &mut api, None);
    assert_eq!(world.of(Verdict::Delivered), ["o-1"]);
    assert!(world.passed() < MINUTE * 2);
    assert_eq!(world.state().panics, 5);
}
