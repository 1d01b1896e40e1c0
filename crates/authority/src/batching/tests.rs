use super::*;

const PARAMETERS: Parameters =
    Parameters { minimum: 3, longest_wait: 100, pace: 10, spread: 1_000, withdrawal_spread: 1_000 };

fn waiting(did: u8, person: u8, from: u64) -> Waiting {
    let digest = |byte| Digest::from_bytes([byte; 32]);
    Waiting { did: Did(digest(did)), person: digest(person), from: Timestamp(from) }
}

fn leaving(queue: &[Waiting], now: u64) -> Vec<u8> {
    let batch = PARAMETERS.batch(queue, Timestamp(now));
    batch.map(|batch| batch.leaving.iter().map(|did| did.0.as_bytes()[0]).collect()).unwrap_or_default()
}

#[test]
fn a_batch_waits_for_enough_people_however_many_dids_there_are() {
    let two_people = [waiting(1, 1, 0), waiting(2, 2, 0), waiting(3, 2, 0), waiting(4, 1, 0)];
    assert!(leaving(&two_people, 20).is_empty());
    let three = [&two_people[..], &[waiting(5, 3, 0)]].concat();
    assert_eq!(leaving(&three, 20).len(), 3);
}

#[test]
fn no_batch_holds_two_dids_of_one_person_and_the_others_are_told_to_draw_again() {
    let queue = [waiting(9, 1, 0), waiting(1, 1, 5), waiting(2, 2, 0), waiting(3, 3, 0), waiting(4, 4, 99)];
    let batch = PARAMETERS.batch(&queue, Timestamp(20)).unwrap();
    assert_eq!(leaving(&queue, 20), [2, 3, 9]);
    assert_eq!(batch.staying, [waiting(1, 1, 5)]);
}

#[test]
fn entries_are_sorted_whatever_the_order_in_which_they_came() {
    let queue = [waiting(7, 1, 0), waiting(3, 2, 1), waiting(5, 3, 2)];
    assert_eq!(leaving(&queue, 20), [3, 5, 7]);
}

#[test]
fn whoever_waited_longest_enough_leaves_with_as_few_as_there_are() {
    let queue = [waiting(1, 1, 0), waiting(2, 2, 50)];
    assert!(leaving(&queue, 90).is_empty());
    assert_eq!(leaving(&queue, 100), [1, 2]);
    // one that came just after a tick leaves at the last that is not late
    assert!(leaving(&[waiting(1, 1, 1)], 99).is_empty());
    assert_eq!(leaving(&[waiting(1, 1, 1)], 100), [1]);
    assert!(PARAMETERS.last_time(Timestamp(1)) >= Timestamp(100));
}

#[test]
fn a_batch_depends_on_what_was_there_at_the_tick_alone() {
    let queue = [waiting(1, 1, 0), waiting(2, 2, 0), waiting(3, 3, 15)];
    assert!(leaving(&queue, 19).is_empty(), "the third came after the tick at 10");
    assert_eq!(leaving(&queue, 20), [1, 2, 3]);
}

#[test]
fn a_transaction_takes_no_more_than_the_ledger_does_and_those_who_waited_longest_go_first() {
    let one = |number: u16| {
        let mut bytes = [0; 32];
        bytes[..2].copy_from_slice(&number.to_be_bytes());
        let digest = Digest::from_bytes(bytes);
        Waiting { did: Did(digest), person: digest, from: Timestamp(u64::from(2_000 - number)) }
    };
    let queue: Vec<Waiting> = (0..1_500).map(one).collect();
    let batch = PARAMETERS.batch(&queue, Timestamp(10_000)).unwrap();
    assert_eq!(batch.leaving.len(), limits::ATTESTED_DIDS_MAX);
    assert!(batch.leaving.contains(&one(1_499).did) && !batch.leaving.contains(&one(0).did));
}

#[test]
fn a_persons_further_did_gets_a_time_at_which_none_of_the_others_can_leave() {
    let mut draws = Draws::new([1; 32]);
    let now = Timestamp(10_000);
    assert_eq!(PARAMETERS.first_time(now, &[], &mut draws), now);
    let mut seen = BTreeSet::new();
    for _ in 0..500 {
        let second = PARAMETERS.first_time(now, &[now], &mut draws);
        let third = PARAMETERS.first_time(now, &[now, second], &mut draws);
        for (one, other) in [(now, second), (now, third), (second, third)] {
            assert!(one.0.abs_diff(other.0) >= 110, "{one} and {other}");
        }
        seen.insert((second.0 - now.0) / 110);
    }
    assert_eq!(seen.len(), 9, "every batch in the spread is drawn");
}

#[test]
fn withdrawals_wait_for_nobody_but_each_for_a_random_time() {
    let parameters = PARAMETERS.of_withdrawals();
    let mut draws = Draws::new([2; 32]);
    let times: BTreeSet<Timestamp> =
        (0..100).map(|_| parameters.random_time(Timestamp(0), &[], &mut draws)).collect();
    assert!(times.len() > 80 && times.last() <= Some(&Timestamp(1_000)));
    assert!(parameters.batch(&[waiting(1, 1, 20)], Timestamp(20)).is_some());
}

#[test]
fn for_development_everything_leaves_at_once_and_still_never_two_of_a_person() {
    let parameters = Parameters::DEVELOPMENT;
    let mut draws = Draws::new([3; 32]);
    let first = parameters.first_time(Timestamp(50), &[], &mut draws);
    let second = parameters.first_time(Timestamp(50), &[first], &mut draws);
    let queue = [waiting(1, 1, first.0), waiting(2, 1, second.0)];
    assert_eq!(parameters.batch(&queue, Timestamp(50)).unwrap().leaving.len(), 1);
    assert_eq!(parameters.batch(&queue[1..], Timestamp(51)).unwrap().leaving.len(), 1);
}
