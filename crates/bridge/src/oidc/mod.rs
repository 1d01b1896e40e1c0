//! The rules of OpenID Connect as this bridge keeps them. Nothing here reads a clock, draws randomness, opens a file or a
//! socket: all that comes in as values.

mod authorize;
mod claims;
mod credentials;
mod discovery;
mod error;
mod grant;
mod logout;
mod parameters;
mod party;
mod redirect;
mod scope;

pub(crate) use authorize::{Prompt, Wanted, client_of};
pub(crate) use claims::{IdToken, Person, userinfo};
pub(crate) use credentials::Credentials;
pub(crate) use discovery::discovery;
pub(crate) use error::{Fault, OidcError};
pub(crate) use grant::{Grant, NO_SUCH_CODE, TOKEN_SECONDS, TokenRequest};
pub(crate) use logout::{Hint, LogoutRequest};
pub(crate) use parameters::Parameters;
pub(crate) use party::{Party, PartyError};
pub(crate) use redirect::{Mode, Target, with_query};
pub(crate) use scope::Scope;
