//! Δ follows the slowest honest leaders, and f liars can neither hold it high nor low.

use std::time::Duration;

use realdid_types::{Quorum, ValidatorIndex};

use super::{DELTA_MAX, DELTA_MIN, DELTA_START, Hearing, Pacemaker};

const N: u16 = 7;
const F: u16 = 2;

fn pacemaker() -> Pacemaker {
    Pacemaker::new(Quorum { n: usize::from(N) })
}

fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

/// One turn of all leaders, each taking its time, in time for everybody.
fn calm_turn(pacemaker: &mut Pacemaker, took: impl Fn(u16) -> Duration) {
    for leader in 0..N {
        pacemaker.on_prepared(ValidatorIndex(leader), took(leader));
        pacemaker.on_view_ended(ValidatorIndex(leader), false);
    }
}

/// Views of these leaders end one after another because a timer ran out.
fn late(pacemaker: &mut Pacemaker, leaders: impl IntoIterator<Item = u16>) {
    for leader in leaders {
        pacemaker.on_view_ended(ValidatorIndex(leader), true);
    }
}

#[test]
fn delta_starts_at_half_a_second() {
    assert_eq!(pacemaker().delta(), ms(500));
    assert_eq!(DELTA_START, ms(500));
}

#[test]
fn lead_is_two_deltas_and_advance_three_with_the_round_trip_to_the_leader() {
    let pacemaker = pacemaker();
    assert_eq!((pacemaker.lead(ms(0)), pacemaker.advance(ms(0))), (ms(1_000), ms(1_500)));
    assert_eq!((pacemaker.lead(ms(80)), pacemaker.advance(ms(80))), (ms(1_080), ms(1_580)));
}

#[test]
fn at_most_half_a_second_of_a_round_trip_is_added() {
    let pacemaker = pacemaker();
    let forever = Duration::MAX;
    assert_eq!((pacemaker.lead(forever), pacemaker.advance(forever)), (ms(1_500), ms(2_000)));
}

// round trips

#[test]
fn where_messages_travel_long_delta_starts_at_the_round_trip_to_a_quorum() {
    let mut pacemaker = pacemaker();
    pacemaker.on_round_trips([900, 1_000, 1_100, 1_200].map(ms).into_iter());
    assert_eq!(pacemaker.delta(), ms(1_200), "the fifth shortest of seven, with my own");
}

#[test]
fn f_peers_that_seem_slow_and_peers_that_were_not_measured_do_not_move_delta() {
    let mut pacemaker = pacemaker();
    let slow = [ms(4_000); F as usize];
    pacemaker.on_round_trips([ms(1); (N - 1 - F) as usize].into_iter().chain(slow));
    assert_eq!(pacemaker.delta(), DELTA_START);
    pacemaker.on_round_trips([ms(4_000); (N - F) as usize - 2].into_iter());
    assert_eq!(pacemaker.delta(), DELTA_START);
}

#[test]
fn a_round_trip_moves_delta_to_its_largest_at_most_and_gives_way_to_what_leaders_took() {
    let mut pacemaker = pacemaker();
    pacemaker.on_round_trips([Duration::MAX; N as usize - 1].into_iter());
    assert_eq!(pacemaker.delta(), DELTA_MAX);
    for _ in 0..8 {
        calm_turn(&mut pacemaker, |_| ms(100));
    }
    assert_eq!(pacemaker.delta(), ms(400));
}

// halving

#[test]
fn delta_halves_after_n_calm_views_and_not_before() {
    let mut pacemaker = pacemaker();
    for leader in 0..N {
        assert_eq!(pacemaker.delta(), ms(500));
        pacemaker.on_prepared(ValidatorIndex(leader), ms(1));
        pacemaker.on_view_ended(ValidatorIndex(leader), false);
    }
    assert_eq!(pacemaker.delta(), ms(250));
}

#[test]
fn delta_halves_down_to_its_floor_of_50_ms() {
    let mut pacemaker = pacemaker();
    let deltas: Vec<Duration> = (0..6)
        .map(|_| {
            calm_turn(&mut pacemaker, |_| ms(1));
            pacemaker.delta()
        })
        .collect();
    let expected = [ms(250), ms(125), Duration::from_micros(62_500), DELTA_MIN, DELTA_MIN, DELTA_MIN];
    assert_eq!(deltas, expected);
    assert_eq!(DELTA_MIN, ms(50));
}

#[test]
fn delta_halves_down_to_four_times_the_measured_time() {
    let mut pacemaker = pacemaker();
    for _ in 0..6 {
        calm_turn(&mut pacemaker, |_| ms(30));
    }
    assert_eq!(pacemaker.delta(), ms(120));
}

#[test]
fn delta_stays_where_nothing_was_measured() {
    let mut pacemaker = pacemaker();
    for leader in (0..N).cycle().take(50) {
        pacemaker.on_view_ended(ValidatorIndex(leader), false);
    }
    assert_eq!(pacemaker.delta(), DELTA_START);
}

#[test]
fn a_doubling_starts_the_count_of_calm_views_anew() {
    let mut pacemaker = pacemaker();
    calm_turn(&mut pacemaker, |_| ms(1));
    let in_time = |pacemaker: &mut Pacemaker, views: u16| {
        (0..views).for_each(|leader| pacemaker.on_view_ended(ValidatorIndex(leader), false));
    };
    late(&mut pacemaker, 0..F);
    in_time(&mut pacemaker, N - F - 1);
    assert_eq!(pacemaker.delta(), ms(250));
    late(&mut pacemaker, [F]);
    in_time(&mut pacemaker, N - 1);
    assert_eq!(pacemaker.delta(), ms(500));
    in_time(&mut pacemaker, 1);
    assert_eq!(pacemaker.delta(), ms(250));
}

#[test]
fn f_late_leaders_do_not_keep_delta_from_halving() {
    let mut pacemaker = pacemaker();
    for _ in 0..6 {
        (F..N).for_each(|leader| pacemaker.on_prepared(ValidatorIndex(leader), ms(1)));
        late(&mut pacemaker, 0..F);
        (F..N).for_each(|leader| pacemaker.on_view_ended(ValidatorIndex(leader), false));
    }
    assert_eq!(pacemaker.delta(), DELTA_MIN);
}

// doubling

#[test]
fn delta_doubles_when_more_than_f_different_leaders_ran_out_of_time() {
    let mut pacemaker = pacemaker();
    late(&mut pacemaker, 0..F);
    assert_eq!(pacemaker.delta(), ms(500));
    late(&mut pacemaker, [F]);
    assert_eq!(pacemaker.delta(), ms(1_000));
}

#[test]
fn f_leaders_never_make_delta_double_however_often_they_are_late() {
    let mut pacemaker = pacemaker();
    late(&mut pacemaker, (0..F).cycle().take(100));
    assert_eq!(pacemaker.delta(), ms(500));
}

#[test]
fn leaders_that_were_late_more_than_n_views_ago_do_not_count() {
    let mut pacemaker = pacemaker();
    late(&mut pacemaker, 0..F);
    (F..N).for_each(|leader| pacemaker.on_view_ended(ValidatorIndex(leader), false));
    late(&mut pacemaker, [F]);
    assert_eq!(pacemaker.delta(), ms(500));
}

#[test]
fn a_view_that_ended_in_time_never_makes_delta_double() {
    let mut pacemaker = pacemaker();
    late(&mut pacemaker, 0..=F);
    let doubled = pacemaker.delta();
    pacemaker.on_view_ended(ValidatorIndex(5), false);
    assert_eq!(pacemaker.delta(), doubled);
}

#[test]
fn delta_never_rises_above_five_seconds() {
    let mut pacemaker = pacemaker();
    late(&mut pacemaker, (0..N).cycle().take(50));
    assert_eq!(pacemaker.delta(), DELTA_MAX);
    calm_turn(&mut pacemaker, |_| Duration::MAX);
    assert_eq!((pacemaker.delta(), DELTA_MAX), (ms(5_000), ms(5_000)));
}

// the estimate

#[test]
fn delta_rises_at_once_to_four_times_what_all_but_f_leaders_took() {
    let mut pacemaker = pacemaker();
    for leader in 0..N - F - 1 {
        pacemaker.on_prepared(ValidatorIndex(leader), ms(400));
        assert_eq!(pacemaker.delta(), ms(500));
    }
    pacemaker.on_prepared(ValidatorIndex(N - F - 1), ms(400));
    assert_eq!(pacemaker.delta(), ms(1_600));
}

#[test]
fn f_slow_liars_do_not_hold_delta_high() {
    let mut pacemaker = pacemaker();
    for _ in 0..6 {
        calm_turn(&mut pacemaker, |leader| if leader < F { ms(4_000) } else { ms(20) });
    }
    assert_eq!(pacemaker.delta(), ms(80));
}

#[test]
fn f_quick_liars_do_not_push_slow_honest_leaders_out() {
    let mut pacemaker = pacemaker();
    for _ in 0..6 {
        calm_turn(&mut pacemaker, |leader| if leader < F { ms(0) } else { ms(300) });
    }
    assert_eq!(pacemaker.delta(), ms(1_200));
}

#[test]
fn only_a_leaders_last_time_counts() {
    let mut pacemaker = pacemaker();
    calm_turn(&mut pacemaker, |_| ms(1_000));
    assert_eq!(pacemaker.delta(), ms(4_000));
    for _ in 0..9 {
        calm_turn(&mut pacemaker, |_| ms(20));
    }
    assert_eq!(pacemaker.delta(), ms(80));
}

// who is dead

/// Everybody but this leader was heard just now, after this many views and this much time.
fn is_dead_after(views: u16, time: Duration, heard: u16) -> bool {
    let mut hearing = Hearing::new(ms(0));
    (0..views).for_each(|_| hearing.on_next_view());
    (1..=heard).for_each(|peer| hearing.on_frame(ValidatorIndex(peer), time));
    hearing.is_dead(ValidatorIndex(6), ValidatorIndex(0), time, Quorum { n: usize::from(N) })
}

#[test]
fn a_leader_is_dead_after_two_seconds_and_n_views_of_silence_while_a_quorum_was_heard() {
    assert!(is_dead_after(N, ms(2_000), 4));
    assert!(!is_dead_after(N - 1, ms(2_000), 4));
    assert!(!is_dead_after(N, ms(1_999), 4));
    assert!(!is_dead_after(N, ms(2_000), 3));
}

#[test]
fn one_frame_brings_a_dead_leader_back() {
    let quorum = Quorum { n: usize::from(N) };
    let mut hearing = Hearing::new(ms(0));
    (0..N).for_each(|_| hearing.on_next_view());
    (1..5).for_each(|peer| hearing.on_frame(ValidatorIndex(peer), ms(3_000)));
    assert!(hearing.is_dead(ValidatorIndex(6), ValidatorIndex(0), ms(3_000), quorum));
    hearing.on_frame(ValidatorIndex(6), ms(3_000));
    assert!(!hearing.is_dead(ValidatorIndex(6), ValidatorIndex(0), ms(3_000), quorum));
}

#[test]
fn nobody_thinks_itself_dead() {
    let mut hearing = Hearing::new(ms(0));
    (0..N).for_each(|_| hearing.on_next_view());
    (1..N).for_each(|peer| hearing.on_frame(ValidatorIndex(peer), ms(9_000)));
    let me = ValidatorIndex(0);
    assert!(!hearing.is_dead(me, me, ms(9_000), Quorum { n: usize::from(N) }));
}
