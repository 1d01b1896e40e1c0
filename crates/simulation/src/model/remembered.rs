//! The honest validators of a closure, with every step remembered: closures from many states run the same ways.

use std::{hash::Hash, sync::Arc};

use realdid_consensus::Timer;
use realdid_types::{Height, View};

use super::{
    closure::{self, Crew},
    crew::{Note, address, hear_all},
    network::Network,
    print::{Interner, Print, Table},
    validator::{Validator, fingerprint_of_message},
};

/// What a validator is told at once.
#[derive(Clone, PartialEq, Eq, Hash)]
enum Told {
    Fired(Timer),
    Heard(Arc<[u32]>),
}

/// A step's result: the validator after it and what it sends.
type Stepped = (u32, Arc<[(usize, u32)]>);

/// The numbers of a crew's validators; with nobody in the places that are left.
type Numbers<const PLACES: usize> = [u32; PLACES];

const NOBODY: u32 = u32::MAX;

/// With more validators than this in memory, of some 18 kB each, all but those that closures begin with are forgotten
/// and found again. A search takes no longer than with 150,000: less memory makes up for what is found again.
const VALIDATORS_MAX: usize = 60_000;

/// The validators and steps that closures of at most so many have met.
pub struct Memory<const PLACES: usize> {
    /// Those that closures begin with.
    beginners: Interner<Validator>,
    /// What their numbers are among the validators.
    begun: Table<u32, u32>,
    met: usize,
    validators: Interner<Validator>,
    notes: Interner<Note>,
    told: Table<Told, u32>,
    steps: Table<(u32, u32), Stepped>,
    /// Crews from which a closure was run, each with the number that its searcher gave to what was injected.
    closed: Table<(Numbers<PLACES>, u32), ()>,
    /// From this crew everybody comes to a final block of this view at least.
    reaches: Table<Numbers<PLACES>, View>,
}

/// A crew of numbers.
struct Remembered<'a, const PLACES: usize> {
    network: &'a Network,
    memory: &'a mut Memory<PLACES>,
    members: Vec<usize>,
    now: Numbers<PLACES>,
    passed: Vec<Numbers<PLACES>>,
    shortcut: Option<View>,
}

impl<const PLACES: usize> Memory<PLACES> {
    pub fn new() -> Self {
        Self {
            beginners: Interner::new(),
            begun: Table::default(),
            met: 0,
            validators: Interner::new(),
            notes: Interner::new(),
            told: Table::default(),
            steps: Table::default(),
            closed: Table::default(),
            reaches: Table::default(),
        }
    }

    /// How many validators it has met, and how many different closures were run.
    pub fn sizes(&self) -> [usize; 2] {
        [self.met + self.validators.len(), self.closed.len()]
    }

    /// How many validators it holds now.
    pub fn held(&self) -> usize {
        self.beginners.len() + self.validators.len()
    }

    /// A validator as it goes on when its disk has finished what it began.
    pub fn enter(&mut self, network: &Network, validator: &Validator) -> u32 {
        let mut validator = validator.clone();
        validator.finals.clear();
        validator.said.clear();
        validator.proposed.clear();
        validator.settle_disk(network);
        self.beginners.number(print_of(&validator), || validator)
    }

    fn keep(&mut self, validator: Validator) -> u32 {
        self.validators.number(print_of(&validator), || validator)
    }

    /// The number among the validators of one that a closure begins with.
    fn begin(&mut self, beginner: u32) -> u32 {
        if let Some(number) = self.begun.get(&beginner) {
            return *number;
        }
        let number = self.keep(self.beginners.get(beginner).clone());
        self.begun.insert(beginner, number);
        number
    }

    fn forget(&mut self) {
        self.met += self.validators.len();
        self.begun = Table::default();
        self.validators = Interner::new();
        self.notes = Interner::new();
        self.told = Table::default();
        self.steps = Table::default();
        self.reaches = Table::default();
    }

    /// The number of a message.
    pub fn note(&mut self, note: Note) -> u32 {
        let print = Print::of(|print| {
            note.0.hash(print);
            fingerprint_of_message(&note.1, print);
        });
        self.notes.number(print, || note)
    }

    /// Runs the closure from these validators on, unless it was run before with the same injected note: one of the same
    /// number.
    ///
    /// # Errors
    /// Says why no new block becomes final.
    pub fn close(
        &mut self,
        network: &Network,
        members: Vec<usize>,
        now: &[u32],
        injected: Option<(usize, u32, Note)>,
    ) -> Result<(), String> {
        let mut beginners = [NOBODY; PLACES];
        beginners[..now.len()].copy_from_slice(now);
        let number = injected.as_ref().map_or(NOBODY, |(_, number, _)| *number);
        if self.closed.insert((beginners, number), ()).is_some() {
            return Ok(());
        }
        if self.validators.len() > VALIDATORS_MAX {
            self.forget();
        }
        let told = injected.map(|(to, _, note)| (to, self.note(note)));
        let now = beginners.map(|number| if number == NOBODY { NOBODY } else { self.begin(number) });
        let mut crew = Remembered { network, memory: self, members, now, passed: Vec::new(), shortcut: None };
        closure::run(&mut crew, told.into_iter().collect())?;
        let tips = crew.members.iter().map(|member| crew.tip(*member).1).min().unwrap_or_default();
        let reached = crew.shortcut.unwrap_or(tips);
        for number in &crew.now[..crew.members.len()] {
            if let Some(complaint) = &crew.memory.validators.get(*number).complaint {
                return Err(complaint.clone());
            }
        }
        for passed in crew.passed {
            let known = self.reaches.entry(passed).or_default();
            *known = (*known).max(reached);
        }
        Ok(())
    }
}

fn print_of(validator: &Validator) -> u128 {
    Print::of(|print| {
        validator.index.hash(print);
        validator.fingerprint_of_closure(print);
        validator.complaint.hash(print);
    })
}

impl<const PLACES: usize> Remembered<'_, PLACES> {
    fn place(&self, member: usize) -> usize {
        self.members.iter().position(|one| *one == member).expect("a member")
    }

    fn of(&self, member: usize) -> &Validator {
        self.memory.validators.get(self.now[self.place(member)])
    }

    fn step(&mut self, member: usize, told: Told) -> Vec<(usize, u32)> {
        let place = self.place(member);
        let next = self.memory.told.len() as u32;
        let key = (self.now[place], *self.memory.told.entry(told.clone()).or_insert(next));
        let (after, sent) = match self.memory.steps.get(&key) {
            Some(known) => known.clone(),
            None => {
                let mut validator = self.memory.validators.get(key.0).clone();
                let sent = match &told {
                    Told::Fired(timer) => validator.fire(self.network, *timer),
                    Told::Heard(notes) => {
                        let notes = notes.iter().map(|note| self.memory.notes.get(*note));
                        hear_all(self.network, &mut validator, notes)
                    }
                };
                let notes = address(&self.members, member, sent);
                let sent = notes.into_iter().map(|(to, note)| (to, self.memory.note(note))).collect();
                let stepped = (self.memory.keep(validator), sent);
                self.memory.steps.insert(key, stepped.clone());
                stepped
            }
        };
        self.now[place] = after;
        sent.to_vec()
    }
}

impl<const PLACES: usize> Crew for Remembered<'_, PLACES> {
    type Note = u32;

    fn members(&self) -> Vec<usize> {
        self.members.clone()
    }

    fn fire(&mut self, member: usize, timer: Timer) -> Vec<(usize, u32)> {
        self.step(member, Told::Fired(timer))
    }

    fn receive(&mut self, member: usize, notes: Vec<u32>) -> Vec<(usize, u32)> {
        self.step(member, Told::Heard(notes.into()))
    }

    fn timers(&self, member: usize) -> Vec<Timer> {
        self.of(member).timers.iter().copied().collect()
    }

    fn view(&self, member: usize) -> View {
        self.of(member).view()
    }

    fn tip(&self, member: usize) -> (Height, View) {
        let tip = self.of(member).engine.tip();
        (tip.height, tip.at.view)
    }

    fn key(&self) -> Vec<u64> {
        self.now.iter().map(|number| u64::from(*number)).collect()
    }

    fn is_known(&mut self, above: View) -> bool {
        let reached = self.memory.reaches.get(&self.now).copied().filter(|reached| *reached > above);
        self.passed.push(self.now);
        self.shortcut = reached;
        reached.is_some()
    }
}
