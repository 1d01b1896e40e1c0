//! From any state, with the faults over, a new block becomes final.
//!
//! From here on liars are silent and nothing is lost, but all that was on its way before is: only what the rules of
//! repair send again is there. Each receiver gets what was sent to it in that order, and then what that led to; a timer
//! fires only when nothing else moves, and a longer one only when the shorter ones have not helped.

use realdid_consensus::Timer;
use realdid_types::{Height, View};

/// More rounds of timers than this without a new final block is a halt. A view takes at most four.
const ROUNDS_MAX: usize = 60;
/// More messages than this between two timers is a storm.
const MESSAGES_MAX: usize = 20_000;

/// The honest validators as the closure sees them.
pub trait Crew {
    /// A message that is the same in all crews that meet it.
    type Note: Clone;

    /// Indices of the honest.
    fn members(&self) -> Vec<usize>;
    /// A timer fires, if it is set.
    fn fire(&mut self, member: usize, timer: Timer) -> Vec<(usize, Self::Note)>;
    /// Messages come in, one after the other.
    fn receive(&mut self, member: usize, notes: Vec<Self::Note>) -> Vec<(usize, Self::Note)>;
    fn timers(&self, member: usize) -> Vec<Timer>;
    fn view(&self, member: usize) -> View;
    /// Height and view of the newest final block.
    fn tip(&self, member: usize) -> (Height, View);
    /// Two equal keys: nothing has changed that could change anything later.
    fn key(&self) -> Vec<u64>;
    /// Whether it is known that everybody comes to a final block of a view above this.
    fn is_known(&mut self, _above: View) -> bool {
        false
    }
}

/// The order in which timers fire: by how long they run.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Left out: repair has to do without it.
    Spread,
    Short,
    Repair,
    Idle,
    Lead,
    Advance,
}

impl Kind {
    fn of(timer: Timer) -> Self {
        match timer {
            Timer::Spread(_) => Self::Spread,
            Timer::Listen | Timer::Patience(_) | Timer::Early(_) => Self::Short,
            Timer::Repair => Self::Repair,
            Timer::Idle(_) => Self::Idle,
            Timer::Lead(_) => Self::Lead,
            Timer::Advance(_) => Self::Advance,
        }
    }
}

/// Runs until every honest validator has delivered a block of a view that nobody had entered before.
///
/// # Errors
/// Says why that does not come.
pub fn run<C: Crew>(crew: &mut C, injected: Vec<(usize, C::Note)>) -> Result<(), String> {
    let members = crew.members();
    let start = members.iter().map(|member| crew.view(*member)).max().unwrap_or_default();
    deliver(crew, &members, injected)?;
    let mut stuck = 0;
    for _ in 0..ROUNDS_MAX {
        if members.iter().all(|member| crew.tip(*member).1 > start) {
            return check_tips(crew, &members);
        }
        if crew.is_known(start) {
            return Ok(());
        }
        let before = crew.key();
        let mut moved = false;
        for kind in [Kind::Short, Kind::Repair, Kind::Repair, Kind::Idle, Kind::Lead, Kind::Advance] {
            fire_all(crew, &members, kind)?;
            moved = crew.key() != before;
            // what repair brought, or a timer, may be all that was missing
            if moved && kind != Kind::Short {
                break;
            }
        }
        stuck = if moved { 0 } else { stuck + 1 };
        if stuck == 2 {
            return Err(format!("halt: nothing moves any more; {}", describe(crew, &members)));
        }
    }
    Err(format!("halt: no new final block after {ROUNDS_MAX} rounds; {}", describe(crew, &members)))
}

fn fire_all<C: Crew>(crew: &mut C, members: &[usize], kind: Kind) -> Result<(), String> {
    let mut sent = Vec::new();
    for member in members {
        for timer in crew.timers(*member) {
            if Kind::of(timer) == kind {
                sent.extend(crew.fire(*member, timer));
            }
        }
    }
    deliver(crew, members, sent)
}

fn deliver<C: Crew>(crew: &mut C, members: &[usize], mut sent: Vec<(usize, C::Note)>) -> Result<(), String> {
    let mut delivered = 0;
    while !sent.is_empty() {
        delivered += sent.len();
        if delivered > MESSAGES_MAX {
            return Err(format!("storm: more than {MESSAGES_MAX} messages and no timer between them"));
        }
        let mut answers = Vec::new();
        for member in members {
            let to_member = sent.iter().filter(|(to, _)| to == member);
            let notes: Vec<C::Note> = to_member.map(|(_, note)| note.clone()).collect();
            if !notes.is_empty() {
                answers.extend(crew.receive(*member, notes));
            }
        }
        sent = answers;
    }
    Ok(())
}

fn check_tips<C: Crew>(crew: &C, members: &[usize]) -> Result<(), String> {
    let tips: std::collections::BTreeMap<Height, View> =
        members.iter().map(|member| crew.tip(*member)).collect();
    let agree = members.iter().all(|member| tips.get(&crew.tip(*member).0) == Some(&crew.tip(*member).1));
    if agree { Ok(()) } else { Err(format!("agreement after healing; {}", describe(crew, members))) }
}

fn describe<C: Crew>(crew: &C, members: &[usize]) -> String {
    let each = members.iter().map(|member| {
        let (height, view) = crew.tip(*member);
        format!("{member}: view {}, final height {height} of view {view}", crew.view(*member))
    });
    each.collect::<Vec<_>>().join("; ")
}
