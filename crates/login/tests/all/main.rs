//! Logins on an invented ledger: the honest one is accepted, and whatever is changed about it is refused by name.

mod challenges;
mod consent;
mod frozen;
mod honest;
mod ledger;
mod scene;
mod schema;
mod tampered;
