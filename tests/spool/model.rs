//! Anything that may happen to a spool, in any order, against a list of what was
//! captured: each acknowledged record is settled or still waits, none is lost,
//! no order is sent again whose delivery was written down, and no record
//! overtakes another of its segment.

use crate::spool::{How, Model, Op, WRITERS, rounds};
use pinrelay::spool::Lane;
use proptest::collection::vec;
use proptest::prelude::*;
use rustix::io::Errno;

/// What happens next.
#[derive(Clone, Debug)]
enum Step {
    Capture(usize, Lane, Option<u8>),
    CaptureAndDie(usize, Lane, usize),
    Replace(usize),
    Lead(usize),
    LeadAndDie(usize, usize),
    Refuse(Lane, u8),
    Withdraw(Lane, u8),
    Purge,
    Pass(i64),
    Fault(Op, &'static str, How, bool),
    Mend,
}

const FAULTS: [(Op, &str, How); 29] = [
    (Op::Open, "/seg/", How::Fails(Errno::NOSPC)),
    (Op::Rename, "/seg/", How::Fails(Errno::IO)),
    (Op::Write, "/seg/", How::Fails(Errno::NOSPC)),
    (Op::Write, "/seg/", How::Short(33)),
    (Op::SetLen, "/seg/", How::Fails(Errno::IO)),
    (Op::Sync, "/seg/", How::Fails(Errno::IO)),
    (Op::SyncDir, "/seg", How::Fails(Errno::IO)),
    (Op::Unlink, "/seg/", How::Fails(Errno::IO)),
    (Op::Read, "/seg/", How::Fails(Errno::IO)),
    (Op::Read, "/seg/", How::Short(9)),
    (Op::Names, "/seg", How::Fails(Errno::IO)),
    (Op::Open, "/ack/", How::Fails(Errno::NOSPC)),
    (Op::Write, "/ack/", How::Short(3)),
    (Op::Rename, "/ack/", How::Fails(Errno::IO)),
    (Op::Unlink, "/ack/", How::Fails(Errno::IO)),
    (Op::Reserve, "/settled/", How::Fails(Errno::NOSPC)),
    (Op::Open, "/settled/", How::Fails(Errno::ROFS)),
    (Op::Write, "/settled/", How::Fails(Errno::NOSPC)),
    (Op::Write, "/settled/", How::Short(40)),
    (Op::Write, ".ids", How::Short(40)),
    (Op::Read, ".ids", How::Fails(Errno::IO)),
    (Op::SetLen, ".ids", How::Fails(Errno::IO)),
    (Op::Open, "/dead/", How::Fails(Errno::NOSPC)),
    (Op::Open, "/withdrawn/", How::Fails(Errno::NOSPC)),
    (Op::Unlink, "/withdrawn/", How::Fails(Errno::IO)),
    (Op::Write, "state", How::Fails(Errno::NOSPC)),
    (Op::Write, "recent", How::Fails(Errno::NOSPC)),
    (Op::Open, "leader.lock", How::Fails(Errno::IO)),
    (Op::Write, "refused", How::Fails(Errno::NOSPC)),
];

fn step() -> impl Strategy<Value = Step> {
    let writer = 0..WRITERS;
    let lane = || prop_oneof![3 => Just(Lane::Revenue), 1 => Just(Lane::Visit)];
    // Most are new; some are captured, taken back or refused again and again.
    let again = prop_oneof![2 => Just(None), 1 => (0..6_u8).prop_map(Some)];
    prop_oneof![
        24 => (writer.clone(), lane(), again).prop_map(|(w, l, a)| Step::Capture(w, l, a)),
        3 => (writer.clone(), lane(), 0..6_usize).prop_map(|(w, l, s)| Step::CaptureAndDie(w, l, s)),
        2 => writer.prop_map(Step::Replace),
        6 => (0..4_usize).prop_map(Step::Lead),
        4 => (0..4_usize, 0..40_usize).prop_map(|(c, s)| Step::LeadAndDie(c, s)),
        1 => (lane(), 0..6_u8).prop_map(|(l, n)| Step::Refuse(l, n)),
        4 => (lane(), 0..6_u8).prop_map(|(l, n)| Step::Withdraw(l, n)),
        1 => Just(Step::Purge),
        2 => (1..2_000_i64).prop_map(Step::Pass),
        1 => (1..10_i64).prop_map(|days| Step::Pass(days * 86_400)),
        4 => (0..FAULTS.len(), any::<bool>()).prop_map(|(n, once)| {
            let (op, path, how) = FAULTS[n];
            Step::Fault(op, path, how, once)
        }),
        3 => Just(Step::Mend),
    ]
}

fn id(lane: Lane, n: impl std::fmt::Display) -> String {
    format!("{}-{n}", lane.letter())
}

fn run(steps: &[Step]) {
    let mut model = Model::new();
    for (n, step) in steps.iter().enumerate() {
        let fresh = format!("new-{n}");
        match step {
            Step::Capture(writer, lane, again) => {
                let name = again.map_or(fresh, |n| n.to_string());
                model.capture(*writer, *lane, &id(*lane, name));
            }
            Step::CaptureAndDie(writer, lane, step) => {
                model.capture_and_die(*writer, *lane, &id(*lane, fresh), *step);
            }
            Step::Replace(writer) => model.replace(*writer),
            Step::Lead(calls) => model.lead(*calls),
            Step::LeadAndDie(calls, step) => model.lead_and_die(*calls, *step),
            Step::Refuse(lane, n) => model.refuse(&id(*lane, n)),
            Step::Withdraw(lane, n) => model.withdraw(&id(*lane, n)),
            Step::Purge => model.purge(),
            Step::Pass(seconds) => model.pass(*seconds),
            Step::Fault(op, path, how, once) => {
                model.calm = false;
                match once {
                    true => model.spool.disk.fail_once(*op, path, *how),
                    false => model.spool.disk.fail(*op, path, *how),
                }
            }
            Step::Mend => model.spool.disk.mend(),
        }
        model.check();
    }
    model.finish();
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: rounds(64),
        failure_persistence: None,
        max_shrink_iters: 2_000,
        ..ProptestConfig::default()
    })]

    #[test]
    fn whatever_happens_each_acknowledged_record_is_settled_or_waits(steps in vec(step(), 1..70)) {
        run(&steps);
    }

    #[test]
    fn where_nothing_fails_each_is_settled_once(steps in vec(step(), 1..70)) {
        let calm: Vec<Step> = steps
            .into_iter()
            .filter(|step| !matches!(step, Step::Fault(..) | Step::LeadAndDie(..)))
            .collect();
        run(&calm);
    }
}
